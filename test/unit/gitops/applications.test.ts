import assert from "node:assert/strict";
import { MANAGED_KINDS, REFUSED_KINDS } from "../../../components/config/application-kinds";
import { deliveryOf, lockedDefaultProject, type Delivery } from "../../../components/gitops/applications";
import { GITOPS } from "../../helpers/gitops";

const { repository } = GITOPS;

function delivery(applicationNamespaces: readonly string[] = ["apps"], gitops = GITOPS): Delivery {
    const made = deliveryOf({ applicationNamespaces, gitops });
    assert.ok(made !== undefined);
    return made;
}

/** The template of the Applications. */
function template(made: Delivery): { metadata: { name: string }; spec: Readonly<Record<string, unknown>> } {
    return made.applicationSet.spec["template"] as ReturnType<typeof template>;
}

describe("deliveryOf", () => {
    it("is nothing without a repository, and nothing without a namespace to deliver to", () => {
        const { revision, path } = GITOPS;
        assert.equal(deliveryOf({ applicationNamespaces: ["apps"], gitops: { revision, path } }), undefined);
        assert.equal(deliveryOf({ applicationNamespaces: [], gitops: GITOPS }), undefined);
    });

    it("is a project and an ApplicationSet, both in Argo CD's own namespace", () => {
        for (const [object, kind] of [
            [delivery().project, "AppProject"],
            [delivery().applicationSet, "ApplicationSet"],
        ] as const) {
            assert.equal(object.kind, kind);
            assert.equal(object.apiVersion, "argoproj.io/v1alpha1");
            assert.equal(object.metadata.namespace, "argocd");
            assert.equal(object.metadata.name, "hearth-applications");
        }
    });
});

describe("the project of the applications", () => {
    const { spec } = delivery(["shop", "billing"]).project;

    it("permits the configured repository only", () => {
        assert.deepEqual(spec["sourceRepos"], [repository]);
    });

    it("permits the namespaces of the applications on this cluster only", () => {
        assert.deepEqual(spec["destinations"], [
            { server: "https://kubernetes.default.svc", namespace: "shop" },
            { server: "https://kubernetes.default.svc", namespace: "billing" },
        ]);
        assert.ok(!JSON.stringify(spec).includes("*"));
    });

    it("permits no kind of the whole cluster, and of the others those that the controller may write", () => {
        assert.deepEqual(spec["clusterResourceWhitelist"], []);
        assert.deepEqual(
            spec["namespaceResourceWhitelist"],
            MANAGED_KINDS.map(({ group, kind }) => ({ group, kind })),
        );
        for (const { kind } of REFUSED_KINDS) {
            assert.ok(!JSON.stringify(spec["namespaceResourceWhitelist"]).includes(`"${kind}"`), kind);
        }
    });

    it("has a description of a length that the kind allows", () => {
        assert.ok(String(spec["description"]).length <= 255);
    });
});

describe("the ApplicationSet", () => {
    it("makes an Application of each folder of the revision that the pattern fits, and looks each minute", () => {
        assert.deepEqual(delivery().applicationSet.spec["generators"], [
            {
                git: {
                    repoURL: repository,
                    revision: "main",
                    directories: [{ path: "manifests/full/*" }],
                    requeueAfterSeconds: 60,
                },
            },
        ]);
        assert.deepEqual(template(delivery()).spec["source"], {
            repoURL: repository,
            targetRevision: "main",
            path: "{{ .path.path }}",
        });
    });

    it("takes a misspelt parameter for an error", () => {
        const { goTemplate, goTemplateOptions } = delivery().applicationSet.spec;
        assert.deepEqual(
            { goTemplate, goTemplateOptions },
            { goTemplate: true, goTemplateOptions: ["missingkey=error"] },
        );
    });

    it("puts its Applications into the project, and no other", () => {
        assert.equal(template(delivery()).spec["project"], delivery().project.metadata.name);
    });

    it("removes what left git, changes back what was changed by hand, and takes away what a folder made", () => {
        assert.deepEqual(delivery().applicationSet.spec["syncPolicy"], {
            applicationsSync: "sync",
            preserveResourcesOnDeletion: false,
        });
        const policy = template(delivery()).spec["syncPolicy"] as Readonly<Record<string, unknown>>;
        assert.deepEqual(policy["automated"], { prune: true, selfHeal: true, allowEmpty: false });
        const options = policy["syncOptions"];
        assert.ok(Array.isArray(options));
        assert.ok(options.includes("ServerSideApply=true"));
        assert.ok(options.includes("FailOnSharedResource=true"));
        assert.ok(options.includes("CreateNamespace=false") && !options.includes("CreateNamespace=true"));
    });

    it("tries again, less and less often, with the newest commit", () => {
        const policy = template(delivery()).spec["syncPolicy"] as Readonly<Record<string, unknown>>;
        assert.deepEqual(policy["retry"], {
            limit: 5,
            refresh: true,
            backoff: { duration: "5s", factor: 2, maxDuration: "1m" },
        });
    });

    it("delivers everything to the one namespace where there is one", () => {
        const { metadata, spec } = template(delivery(["shop"]));
        assert.deepEqual(spec["destination"], { server: "https://kubernetes.default.svc", namespace: "shop" });
        assert.equal(metadata.name, "shop-{{ .path.basenameNormalized }}");
    });

    it("asks the folder above for the namespace where there are several, and else takes the first", () => {
        const { metadata, spec } = template(delivery(["shop", "billing"]));
        const namespace =
            '{{ $above := .path.path | dir | base }}{{ if has $above (list "shop" "billing") }}{{ $above }}{{ else }}shop{{ end }}';
        assert.deepEqual(spec["destination"], { server: "https://kubernetes.default.svc", namespace });
        assert.equal(metadata.name, `${namespace}-{{ .path.basenameNormalized }}`);
    });
});

describe("the project that Argo CD makes by itself", () => {
    const { metadata, spec } = lockedDefaultProject();

    it("is taken over, even where Argo CD was faster", () => {
        assert.equal(metadata.name, "default");
        assert.deepEqual(metadata.annotations, { "pulumi.com/patchForce": "true" });
    });

    it("permits nothing, from nowhere to nowhere", () => {
        const { sourceRepos, destinations, clusterResourceWhitelist, namespaceResourceBlacklist } = spec;
        assert.deepEqual(
            { sourceRepos, destinations, clusterResourceWhitelist },
            {
                sourceRepos: [],
                destinations: [],
                clusterResourceWhitelist: [],
            },
        );
        assert.deepEqual(namespaceResourceBlacklist, [{ group: "*", kind: "*" }]);
    });
});
