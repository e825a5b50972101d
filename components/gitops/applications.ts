import type { PlatformConfig } from "../config/schema";
import type { CustomObject } from "../core/custom-object";
import { labels } from "../core/labels";
import { MANAGED_KINDS } from "../config/application-kinds";
import { IN_CLUSTER, NAMESPACE } from "./identities";

/** Name of the project, and of the ApplicationSet. */
export const APPLICATIONS = "hearth-applications";

export type ApplicationSettings = Pick<PlatformConfig, "applicationNamespaces" | "gitops">;

/** What delivers the applications. */
export interface Delivery {
    readonly project: CustomObject;
    readonly applicationSet: CustomObject;
}

/**
 * Seconds between two looks for new folders; as often as Argo CD looks for new commits (`timeout.reconciliation`).
 * Its own default is 180.
 */
const LOOK_SECONDS = 60;

/** The project and the ApplicationSet; undefined without a repository, or without a namespace to deliver to. */
export function deliveryOf({ gitops, applicationNamespaces }: ApplicationSettings): Delivery | undefined {
    const { repository, revision, path, without = [] } = gitops;
    const [first] = applicationNamespaces;
    if (repository === undefined || first === undefined) return undefined;
    const namespace = namespaceTemplate(first, applicationNamespaces);
    return {
        project: projectOf(repository, applicationNamespaces),
        applicationSet: {
            apiVersion: "argoproj.io/v1alpha1",
            kind: "ApplicationSet",
            metadata: { name: APPLICATIONS, namespace: NAMESPACE, labels: labels(APPLICATIONS, "gitops") },
            spec: {
                goTemplate: true,
                // A misspelt parameter is an error, and not "<no value>" in the name of something.
                goTemplateOptions: ["missingkey=error"],
                generators: [
                    {
                        git: {
                            repoURL: repository,
                            revision,
                            directories: [{ path }, ...without.map((folder) => ({ path: folder, exclude: true }))],
                            requeueAfterSeconds: LOOK_SECONDS,
                        },
                    },
                ],
                // A folder that is gone takes its application away, and that its objects.
                syncPolicy: { applicationsSync: "sync", preserveResourcesOnDeletion: false },
                template: {
                    metadata: {
                        name: `${namespace}-{{ .path.basenameNormalized }}`,
                        labels: labels("application", "gitops"),
                    },
                    spec: {
                        project: APPLICATIONS,
                        source: { repoURL: repository, targetRevision: revision, path: "{{ .path.path }}" },
                        destination: { server: IN_CLUSTER, namespace },
                        syncPolicy: syncPolicy(),
                    },
                },
            },
        },
    };
}

/**
 * The namespace of a folder's application, as a Go template: the one that the folder above it is named after, else the
 * first one. So with one namespace any layout will do, and with several it is `<namespace>/<application>`. An object
 * that names another of the namespaces itself goes there.
 */
function namespaceTemplate(first: string, all: readonly string[]): string {
    if (all.length === 1) return first;
    const names = all.map((name) => `"${name}"`).join(" ");
    return `{{ $above := .path.path | dir | base }}{{ if has $above (list ${names}) }}{{ $above }}{{ else }}${first}{{ end }}`;
}

/**
 * What is allowed: one repository, the namespaces of the applications on this cluster, and the kinds of which
 * applications are made. Kinds of the whole cluster are not.
 */
function projectOf(repository: string, namespaces: readonly string[]): CustomObject {
    return {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "AppProject",
        metadata: { name: APPLICATIONS, namespace: NAMESPACE, labels: labels(APPLICATIONS, "gitops") },
        spec: {
            description: "The applications of hearth:gitops, in the namespaces of hearth:applicationNamespaces",
            sourceRepos: [repository],
            destinations: namespaces.map((namespace) => ({ server: IN_CLUSTER, namespace })),
            clusterResourceWhitelist: [],
            namespaceResourceWhitelist: MANAGED_KINDS.map(({ group, kind }) => ({ group, kind })),
        },
    };
}

/**
 * Argo CD makes a project `default`, in which an Application may come from anywhere and go anywhere, and which cannot be
 * removed. This one takes its place and permits nothing.
 */
export function lockedDefaultProject(): CustomObject {
    return {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "AppProject",
        metadata: {
            name: "default",
            namespace: NAMESPACE,
            labels: labels("default", "gitops"),
            // Argo CD may have been faster.
            annotations: { "pulumi.com/patchForce": "true" },
        },
        spec: {
            description: `Permits nothing: applications belong to the project ${APPLICATIONS}`,
            sourceRepos: [],
            destinations: [],
            clusterResourceWhitelist: [],
            // An empty list of what is permitted would not outlive Argo CD's first change of this object.
            namespaceResourceBlacklist: [{ group: "*", kind: "*" }],
        },
    };
}

/** Git is followed, both ways: what leaves it is removed, what was changed by hand is changed back. */
function syncPolicy(): Readonly<Record<string, unknown>> {
    return {
        // A folder that suddenly has no objects is rather a mistake than a wish to remove all.
        automated: { prune: true, selfHeal: true, allowEmpty: false },
        // `refresh`: a commit that mends things is taken up at once, and not after the broken one's last try.
        retry: { limit: 5, refresh: true, backoff: { duration: "5s", factor: 2, maxDuration: "1m" } },
        syncOptions: [
            "CreateNamespace=false",
            "ServerSideApply=true",
            // What goes, goes when what comes in its place is healthy.
            "PruneLast=true",
            // No object has two owners.
            "FailOnSharedResource=true",
        ],
    };
}
