import assert from "node:assert/strict";
import { join } from "node:path";
import type { GitopsConfig } from "../../components/config/schema";
import type { CustomObject } from "../../components/core/custom-object";
import { applicationGuard } from "../../components/gitops/application-guard";
import { applicationRoles, type ApplicationRole } from "../../components/gitops/application-rbac";
import { deliveryOf, lockedDefaultProject } from "../../components/gitops/applications";
import { NAMESPACE } from "../../components/gitops/identities";
import { bcryptHash } from "../../components/secrets/bcrypt";
import { bcryptSalt, sessionKey } from "../../components/secrets/derive";
import { secretMetadata, secretSpec, type SecretId } from "../../components/secrets/secret-table";
import type { ScriptResult } from "./fake-kind";
import { GITOPS, values } from "./gitops";
import { KwokScripts } from "./kwok-scripts";
import type { Manifest } from "./manifests";
import { isOfficialThere, officialChart, standInChart } from "./official-charts";
import { render } from "./render";

/** Namespaces of the applications, and one that is the platform's. */
export const APPLICATION_NAMESPACES = ["shop", "billing"] as const;
export const FOREIGN_NAMESPACE = "edge";

/** Kinds of others that applications may have or try to; as open as a kind can be. */
const OTHER_KINDS = [
    ["traefik.io", "v1alpha1", "IngressRoute", "ingressroutes"],
    ["traefik.io", "v1alpha1", "Middleware", "middlewares"],
    ["gateway.networking.k8s.io", "v1", "HTTPRoute", "httproutes"],
    ["gateway.networking.k8s.io", "v1", "GRPCRoute", "grpcroutes"],
    ["gateway.networking.k8s.io", "v1", "Gateway", "gateways"],
    ["security.istio.io", "v1", "AuthorizationPolicy", "authorizationpolicies"],
    ["cilium.io", "v2", "CiliumNetworkPolicy", "ciliumnetworkpolicies"],
] as const;

/**
 * A simulated cluster with what Hearth makes for Argo CD: its kinds, accounts and settings from the chart, the official
 * one where HEARTH_TEST_CHART_MIRROR has it; its rights, the guard, and where there is a repository, project and
 * ApplicationSet. Its pods are simulated, as all are.
 */
export class GitopsCluster {
    /** The chart is the official one, which brings Roles for Argo CD's own namespace. */
    public readonly official = isOfficialThere("argo-cd");
    private readonly kwok = new KwokScripts();

    public constructor(private readonly name: string) {}

    /** Path of the administrator's kubeconfig. */
    public get kubeconfig(): string {
        return join(this.kwok.state, "clusters", this.name, "kubeconfig");
    }

    /** Folder that `remove` takes away. */
    public get folder(): string {
        return this.kwok.state;
    }

    /** @param helm program that renders the chart */
    public async start(helm: string): Promise<void> {
        const { status, stderr } = await this.kwok.run("kwok-create.sh", this.name);
        assert.equal(status, 0, stderr);
        this.apply([NAMESPACE, FOREIGN_NAMESPACE, ...APPLICATION_NAMESPACES].map(namespace));
        const chart = render(helm, {
            chart: this.official ? officialChart("argo-cd") : standInChart("argo-cd"),
            release: "argocd",
            namespace: NAMESPACE,
            values: values({ applicationNamespaces: APPLICATION_NAMESPACES }),
        });
        const kinds = [...chart.filter(isKind), ...OTHER_KINDS.map(openKind)];
        this.apply(kinds);
        await this.kwok.kindsEstablished(this.name);
        this.apply([
            ...chart.filter((manifest) => !isKind(manifest)),
            ...APPLICATION_NAMESPACES.flatMap(applicationRoles).flatMap(roleObjects),
            ...applicationGuard(APPLICATION_NAMESPACES).map(({ object }) => object),
            lockedDefaultProject(),
        ]);
    }

    /** Makes the Secrets as the program does, with the administrator's password. */
    public async makeSecrets(password: string): Promise<void> {
        const key = "0f".repeat(32);
        const hash = await bcryptHash(password, bcryptSalt(key, "argocd/admin"));
        this.apply([
            secret("argocd-redis", { auth: "redis-password" }),
            secret("argocd-secret", {
                "admin.password": hash,
                "admin.passwordMtime": "2000-01-01T00:00:00Z",
                "server.secretkey": sessionKey(key, hash),
            }),
        ]);
    }

    /** Delivers from a repository. */
    public deliver(gitops: GitopsConfig): void {
        const delivery = deliveryOf({ gitops, applicationNamespaces: APPLICATION_NAMESPACES });
        assert.ok(delivery !== undefined);
        this.apply([delivery.project, delivery.applicationSet]);
    }

    public async remove(): Promise<void> {
        await this.kwok.remove();
    }

    public kubectl(args: readonly string[], manifest = ""): ScriptResult {
        return this.kwok.kubectl(this.name, args, manifest);
    }

    /** The output of a kubectl that has to succeed. */
    public succeed(args: readonly string[], manifest = ""): string {
        const { status, stdout, stderr } = this.kubectl(args, manifest);
        assert.equal(status, 0, `kubectl ${args.join(" ")}: ${stderr}`);
        return stdout.trim();
    }

    /** Applies objects, each with all its fields known to its kind. */
    public apply(objects: readonly (Manifest | CustomObject)[]): void {
        const args = ["apply", "--server-side", "--force-conflicts", "--validate=strict", "-f", "-"];
        this.succeed(args, JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
    }

    /** What of a list of requests a ServiceAccount of Argo CD may do, in the list's order. */
    public may(account: string, requests: readonly ResourceRequest[]): readonly boolean[] {
        const items = requests.map((resourceAttributes) => ({
            apiVersion: "authorization.k8s.io/v1",
            kind: "SubjectAccessReview",
            metadata: { name: "" },
            spec: { user: `system:serviceaccount:${NAMESPACE}:${account}`, resourceAttributes },
        }));
        const list = JSON.stringify({ apiVersion: "v1", kind: "List", items });
        const args = ["create", "--validate=false", "-o", "jsonpath={.status.allowed}{'\\n'}", "-f", "-"];
        return this.succeed(args, list)
            .split("\n")
            .map((allowed) => allowed === "true");
    }

    /** What the API server says when a ServiceAccount of Argo CD creates an object, which is not kept. */
    public tryAs(account: string, object: Manifest | CustomObject): ScriptResult {
        const as = `--as=system:serviceaccount:${NAMESPACE}:${account}`;
        return this.kubectl(["create", "--dry-run=server", as, "-f", "-"], JSON.stringify(object));
    }
}

/** What RBAC is asked about. */
export interface ResourceRequest {
    readonly verb: string;
    readonly group: string;
    readonly resource: string;
    readonly subresource?: string;
    readonly namespace?: string;
}

/** The delivery of the tests' repository, which nothing fetches. */
export const DELIVERY = GITOPS;

function isKind({ kind }: Manifest): boolean {
    return kind === "CustomResourceDefinition";
}

function namespace(name: string): Manifest {
    return { apiVersion: "v1", kind: "Namespace", metadata: { name } };
}

function secret(id: SecretId, stringData: Readonly<Record<string, string>>): Manifest {
    return { apiVersion: "v1", kind: "Secret", metadata: { ...secretMetadata(secretSpec(id)) }, stringData };
}

/** A role with its binding, as objects. */
export function roleObjects({
    account: name,
    namespace: home,
    labels,
    rules,
    subject,
}: ApplicationRole): readonly Manifest[] {
    const metadata = { name, namespace: home, labels };
    const apiVersion = "rbac.authorization.k8s.io/v1";
    const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name };
    return [
        { apiVersion, kind: "Role", metadata, rules },
        { apiVersion, kind: "RoleBinding", metadata, roleRef, subjects: [subject] },
    ];
}

function openKind([group, version, kind, plural]: (typeof OTHER_KINDS)[number]): Manifest {
    // What is under k8s.io must name who approved it.
    const approved = group.endsWith(".k8s.io")
        ? { annotations: { "api-approved.kubernetes.io": "unapproved, for a test" } }
        : {};
    const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
    return {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: `${plural}.${group}`, ...approved },
        spec: {
            group,
            scope: "Namespaced",
            names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
            versions: [{ name: version, served: true, storage: true, schema }],
        },
    };
}
