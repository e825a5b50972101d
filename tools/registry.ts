import type { Download, Release, ToolName, ToolSpec } from "./install/tool-spec";
import { TEST_PROGRAMS } from "./test-programs";

/**
 * Every tool that Hearth starts, in one place: which version, what it is for, and where it may come from. The order of
 * places is the same for all: PATH, the cache, the official release, a build from the pinned Go module, and for three
 * of Pulumi's own programs a stand-in of ours.
 */

/** Version of the Pulumi CLI and its SDK; the same as in package.json and tools/modules/pulumi/go.mod. */
const PULUMI = "3.245.0";
/** Version of Kubernetes that the simulated control plane is; the same as in tools/modules/kubernetes/go.mod. */
const KUBERNETES = "1.34.3";
const ETCD = "3.6.4";

const STRIP = "-s -w";

export const TOOLS: readonly ToolSpec[] = [
    {
        name: "pulumi",
        version: PULUMI,
        purpose: "deployment engine",
        binaries: ["pulumi"],
        onPath: {
            args: ["version"],
            pattern: /^v(\d+\.\d+\.\d+)/m,
            accepts: { from: PULUMI, below: "4.0.0" },
            beside: ["pulumi-language-nodejs"],
        },
        release: {
            downloads: [
                {
                    version: PULUMI,
                    url: "https://github.com/pulumi/pulumi/releases/download/v{version}/pulumi-v{version}-{os}-{cpu}.tar.gz",
                    members: {
                        "pulumi/pulumi": "pulumi",
                        "pulumi/pulumi-language-nodejs": "pulumi-language-nodejs",
                        "pulumi/pulumi-resource-pulumi-nodejs": "pulumi-resource-pulumi-nodejs",
                    },
                    checksums:
                        "https://github.com/pulumi/pulumi/releases/download/v{version}/pulumi-{version}-checksums.txt",
                },
            ],
        },
        module: {
            folder: "pulumi",
            packages: { pulumi: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi" },
            ldflags: `${STRIP} -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${PULUMI}`,
            minutes: 4,
        },
    },
    {
        name: "language-host",
        version: PULUMI,
        purpose: "runs the TypeScript program for the engine",
        binaries: ["pulumi-language-nodejs"],
        comesWith: "pulumi",
        standIn: "language-host",
    },
    {
        name: "kubernetes-provider",
        version: "4.25.0",
        purpose: "makes Kubernetes objects and Helm releases for the engine",
        binaries: ["pulumi-resource-kubernetes"],
        plugin: "kubernetes",
        release: pluginRelease("kubernetes", "4.25.0"),
        // The Go checksum database does not know three of its modules: pulumi-kubernetes/provider/v4,
        // cloud-ready-checks and pulumi/pkg/v3 v3.215.0. The committed go.sum pins them; only `go mod tidy` needs
        // GONOSUMDB for them.
        module: {
            folder: "kubernetes",
            packages: { "pulumi-resource-kubernetes": "./kubernetes-provider" },
            ldflags: STRIP,
            // The file says why.
            amended: {
                module: "github.com/pulumi/pulumi-kubernetes/sdk/v4",
                files: { "go/kubernetes/yaml/v2/kinds.go": { from: "_sdk/kinds.go" } },
            },
            minutes: 8,
        },
    },
    {
        name: "command-provider",
        version: "1.2.1",
        purpose: "runs the cluster scripts for the engine",
        binaries: ["pulumi-resource-command"],
        plugin: "command",
        release: pluginRelease("command", "1.2.1"),
        standIn: "command",
    },
    {
        name: "random-provider",
        version: "4.21.2",
        purpose: "generates passwords for the engine",
        binaries: ["pulumi-resource-random"],
        plugin: "random",
        // Its release workflow computes checksums with shasum's default, which is SHA-1.
        release: pluginRelease("random", "4.21.2", { sha1: true }),
        standIn: "random",
    },
    {
        name: "sops",
        version: "3.13.3",
        purpose: "encrypts the secrets file",
        binaries: ["sops"],
        onPath: {
            // Without the flag sops asks GitHub for its newest version.
            args: ["--version", "--disable-version-check"],
            pattern: /^sops (\d+\.\d+\.\d+)/m,
            accepts: { from: "3.9.0", below: "4.0.0" },
        },
        release: {
            downloads: [
                {
                    version: "3.13.3",
                    url: "https://github.com/getsops/sops/releases/download/v{version}/sops-v{version}.{os}.{arch}",
                    binary: "sops",
                    checksums:
                        "https://github.com/getsops/sops/releases/download/v{version}/sops-v{version}.checksums.txt",
                },
            ],
        },
        module: {
            folder: "pulumi",
            packages: { sops: "github.com/getsops/sops/v3/cmd/sops" },
            ldflags: `${STRIP} -X github.com/getsops/sops/v3/version.Version=3.13.3`,
            minutes: 3,
        },
    },
    {
        // Its releases publish no checksums, so it is built.
        name: "age",
        version: "1.3.2",
        purpose: "makes this machine's key for the secrets file",
        binaries: ["age-keygen"],
        onPath: {
            args: ["--version"],
            pattern: /^v?(\d+\.\d+\.\d+)/m,
            accepts: { from: "1.0.0", below: "2.0.0" },
        },
        module: {
            folder: "pulumi",
            packages: { "age-keygen": "filippo.io/age/cmd/age-keygen" },
            ldflags: STRIP,
            minutes: 0.2,
        },
    },
    {
        // Never from PATH: the simulated cluster must be of exactly this version, whatever else is installed.
        name: "control-plane",
        version: KUBERNETES,
        purpose: "etcd and Kubernetes' control plane for the simulated cluster, and kubectl",
        binaries: ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl"],
        release: {
            systems: ["linux"],
            downloads: [
                ...["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl"].map(kubernetesDownload),
                {
                    version: ETCD,
                    url: "https://github.com/etcd-io/etcd/releases/download/v{version}/etcd-v{version}-{os}-{arch}.tar.gz",
                    members: { "etcd-v{version}-{os}-{arch}/etcd": "etcd" },
                    checksums: "https://github.com/etcd-io/etcd/releases/download/v{version}/SHA256SUMS",
                },
            ],
        },
        module: {
            folder: "kubernetes",
            packages: { "control-plane": "./control-plane" },
            multiCall: "control-plane",
            // Charts refuse a server whose version they cannot read.
            ldflags: [
                STRIP,
                `-X k8s.io/component-base/version.gitVersion=v${KUBERNETES}`,
                "-X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=34",
                "-X k8s.io/component-base/version.gitTreeState=clean",
                `-X k8s.io/client-go/pkg/version.gitVersion=v${KUBERNETES}`,
            ].join(" "),
            minutes: 5,
        },
    },
    {
        // Its releases publish no checksums, so it is built.
        name: "kwok",
        version: "0.7.0",
        purpose: "plays the nodes of the simulated cluster",
        binaries: ["kwok", "kwokctl"],
        onPath: {
            args: ["--version"],
            pattern: /version v(\d+\.\d+\.\d+)/,
            accepts: { from: "0.7.0", below: "0.8.0" },
        },
        module: {
            folder: "kwok",
            packages: { kwok: "sigs.k8s.io/kwok/cmd/kwok", kwokctl: "sigs.k8s.io/kwok/cmd/kwokctl" },
            ldflags: `${STRIP} -X sigs.k8s.io/kwok/pkg/consts.Version=v0.7.0`,
            minutes: 2,
        },
    },
    {
        name: "kind",
        version: "0.30.0",
        purpose: "makes the cluster in the container engine",
        binaries: ["kind"],
        onPath: {
            args: ["--version"],
            pattern: /version (\d+\.\d+\.\d+)/,
            accepts: { from: "0.27.0", below: "1.0.0" },
        },
        release: {
            downloads: [
                {
                    version: "0.30.0",
                    url: "https://github.com/kubernetes-sigs/kind/releases/download/v{version}/kind-{os}-{arch}",
                    binary: "kind",
                    checksums:
                        "https://github.com/kubernetes-sigs/kind/releases/download/v{version}/kind-{os}-{arch}.sha256sum",
                },
            ],
        },
        module: { folder: "kind", packages: { kind: "sigs.k8s.io/kind" }, ldflags: STRIP, minutes: 0.5 },
    },
    {
        name: "kubectl",
        version: KUBERNETES,
        purpose: "talks to the cluster",
        binaries: ["kubectl"],
        onPath: {
            args: ["version", "--client"],
            pattern: /Client Version: v(\d+\.\d+\.\d+)/,
            accepts: { from: "1.30.0", below: "2.0.0" },
        },
        release: { downloads: [kubernetesDownload("kubectl")] },
        module: {
            folder: "kubernetes",
            packages: { kubectl: "k8s.io/kubernetes/cmd/kubectl" },
            ldflags: [
                STRIP,
                `-X k8s.io/component-base/version.gitVersion=v${KUBERNETES}`,
                `-X k8s.io/client-go/pkg/version.gitVersion=v${KUBERNETES}`,
            ].join(" "),
            minutes: 2,
        },
    },
    {
        name: "helm",
        version: "3.19.5",
        purpose: "packs and renders charts",
        binaries: ["helm"],
        onPath: {
            args: ["version", "--short"],
            pattern: /^v(\d+\.\d+\.\d+)/m,
            accepts: { from: "3.8.0", below: "4.0.0" },
        },
        release: {
            downloads: [
                {
                    version: "3.19.5",
                    url: "https://get.helm.sh/helm-v{version}-{os}-{arch}.tar.gz",
                    members: { "{os}-{arch}/helm": "helm" },
                    checksums: "https://get.helm.sh/helm-v{version}-{os}-{arch}.tar.gz.sha256sum",
                },
            ],
        },
        module: {
            folder: "kubernetes",
            packages: { helm: "helm.sh/helm/v3/cmd/helm" },
            // The version of Kubernetes that `helm template` renders for when it is told none.
            ldflags: [
                STRIP,
                "-X helm.sh/helm/v3/internal/version.version=v3.19.5",
                "-X helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1",
                "-X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=34",
            ].join(" "),
            minutes: 2,
        },
    },
    {
        // Only tests run it (make test-gitops, make test-programs); elsewhere Argo CD comes as a container image. What
        // its releases have as a binary is the client alone.
        name: "argocd",
        version: "3.3.9",
        purpose: "Argo CD's own programs, for tests of GitOps and of its settings",
        binaries: [
            "argocd",
            "argocd-application-controller",
            "argocd-applicationset-controller",
            "argocd-repo-server",
            "argocd-server",
        ],
        module: {
            folder: "argocd",
            packages: { argocd: "." },
            multiCall: "argocd",
            ldflags: `${STRIP} -X github.com/argoproj/argo-cd/v3/common.version=3.3.9`,
            minutes: 10,
        },
    },
    ...TEST_PROGRAMS,
];

function kubernetesDownload(binary: string): Download {
    const url = `https://dl.k8s.io/release/v{version}/bin/{os}/{arch}/${binary}`;
    return { version: KUBERNETES, url, binary, checksums: `${url}.sha256` };
}

/** Pulumi's providers publish their plugins in one form. */
function pluginRelease(plugin: string, version: string, digests: Pick<Download, "sha1"> = {}): Release {
    const binary = `pulumi-resource-${plugin}`;
    const folder = `https://github.com/pulumi/pulumi-${plugin}/releases/download/v{version}`;
    return {
        downloads: [
            {
                version,
                url: `${folder}/${binary}-v{version}-{os}-{arch}.tar.gz`,
                members: { [binary]: binary },
                checksums: `${folder}/pulumi-${plugin}_{version}_checksums.txt`,
                ...digests,
            },
        ],
    };
}

const BY_NAME: ReadonlyMap<ToolName, ToolSpec> = new Map(TOOLS.map((spec) => [spec.name, spec]));

/** The entry of one tool. */
export function toolSpec(name: ToolName): ToolSpec {
    const spec = BY_NAME.get(name);
    if (spec === undefined) throw new Error(`the registry has no tool ${name}`);
    return spec;
}
