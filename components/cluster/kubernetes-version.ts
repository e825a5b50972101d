import { parseImage } from "../config/images";

/** A Kubernetes release; pre-release and build suffixes are dropped, since no rule depends on them. */
export interface KubernetesVersion {
    readonly major: number;
    readonly minor: number;
    readonly patch: number;
}

/**
 * The Kubernetes version that a kind node image's tag tells (`v1.34.0`, `v1.34.3-local`).
 * @throws Error when it tells none; the config gate refuses such an image beforehand
 */
export function kubernetesVersionOf(nodeImage: string): KubernetesVersion {
    const match = /^v?(\d+)\.(\d+)\.(\d+)(?:[-_+.].*)?$/.exec(parseImage(nodeImage)?.tag ?? "");
    if (match === null) throw new Error(`node image ${nodeImage}: its tag tells no Kubernetes version`);
    return { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]) };
}

/** True when `version` is `major.minor` or newer. */
export function isAtLeast(version: KubernetesVersion, major: number, minor: number): boolean {
    return version.major === major ? version.minor >= minor : version.major > major;
}
