import type { ImageConfig } from "../../components/config/images";
import { hostPorts } from "../../components/config/ports";
import type { ClusterConfig, GitopsConfig } from "../../components/config/schema";
import type { Values } from "../../components/core/release";
import { argocdValues, type ArgoCdSettings } from "../../components/gitops/argocd-values";
import type { ReleaseCase } from "./releases";

export const PINNED: ImageConfig = { overrides: {}, registries: {}, byTagOnly: false };

/** Images of another registry, without digests. */
export const MOVED: ImageConfig = {
    overrides: {},
    registries: { "quay.io": "mirror.example/quay", "ecr-public.aws.com": "mirror.example/ecr" },
    byTagOnly: true,
};

export const KWOK: ClusterConfig = { provider: "kwok", name: "hearth-full", workers: 2, cni: "cilium" };

export const EXISTING: ClusterConfig = {
    provider: "existing",
    name: "theirs",
    context: "theirs",
    serviceType: "LoadBalancer",
};

export const GITOPS: GitopsConfig = {
    repository: "https://git.example/team/applications.git",
    revision: "main",
    path: "manifests/full/*",
};

/** Settings of a stack with Argo CD, unless told otherwise. */
export function settings(changes: Partial<ArgoCdSettings> = {}): ArgoCdSettings {
    return {
        applicationNamespaces: ["apps"],
        cluster: KWOK,
        images: PINNED,
        ports: hostPorts(["argocd"], 0),
        ...changes,
    };
}

/** Values of the release as the program makes them. */
export function values(
    changes: Partial<ArgoCdSettings> = {},
    serviceType: Parameters<typeof argocdValues>[1]["serviceType"] = "NodePort",
): Values {
    return argocdValues(settings(changes), { serviceType, redisChecksum: "0123456789abcdef" });
}

const RELEASE = { chart: "argo-cd", release: "argocd", namespace: "argocd" } as const;

/** Releases of Argo CD, as tests of charts render them. */
export const GITOPS_RELEASES: readonly ReleaseCase[] = [
    { title: "argo-cd", ...RELEASE, values: values() },
    {
        title: "argo-cd, for several namespaces of somebody else's cluster, with images of a mirror",
        ...RELEASE,
        values: values(
            { applicationNamespaces: ["shop", "billing"], cluster: EXISTING, images: MOVED },
            "LoadBalancer",
        ),
    },
];
