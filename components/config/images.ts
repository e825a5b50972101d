import { type ImageId, pinnedImage } from "./versions";

/** A container image's reference in its parts. */
export interface ImageRef {
    /** Host of the registry: `docker.io`. */
    readonly registry: string;
    /** Path in the registry: `grafana/loki`. */
    readonly repository: string;
    readonly tag?: string;
    /** `sha256:…` */
    readonly digest?: string;
}

/** What stack config says about images. */
export interface ImageConfig {
    /** Whole references that replace the pinned one of a component. */
    readonly overrides: Readonly<Partial<Record<ImageId, string>>>;
    /** Registry host → what stands in its place (`docker.io` → `mirror.example/hub`). */
    readonly registries: Readonly<Record<string, string>>;
    /**
     * Images that come from archives carry tags and no registry digest, so a reference by digest could
     * never be met (kubernetes-sigs/kind#3795): digests are dropped.
     */
    readonly byTagOnly: boolean;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;

/** Parses a reference; undefined when it is not one. `traefik:v3` means `docker.io/library/traefik:v3`. */
export function parseImage(reference: string): ImageRef | undefined {
    const [named, digest, ...more] = reference.split("@");
    if (named === undefined || more.length > 0 || (digest !== undefined && !DIGEST.test(digest))) return undefined;
    const colon = named.lastIndexOf(":");
    const hasTag = colon > named.lastIndexOf("/");
    const tag = hasTag ? named.slice(colon + 1) : undefined;
    if (tag !== undefined && !TAG.test(tag)) return undefined;
    const path = hasTag ? named.slice(0, colon) : named;
    const [first = "", ...rest] = path.split("/");
    const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
    const registry = hasRegistry ? first : "docker.io";
    const bare = hasRegistry ? rest.join("/") : path;
    const repository = registry === "docker.io" && !bare.includes("/") ? `library/${bare}` : bare;
    if (!REPOSITORY.test(repository)) return undefined;
    return { registry, repository, ...(tag === undefined ? {} : { tag }), ...(digest === undefined ? {} : { digest }) };
}

/** True when the reference names one exact image: a digest, or a tag that is not `latest`. */
export function isPinned(image: ImageRef): boolean {
    return image.digest !== undefined || (image.tag !== undefined && image.tag !== "latest");
}

/** `registry/repository[:tag][@digest]` */
export function formatImage(image: ImageRef): string {
    const tag = image.tag === undefined ? "" : `:${image.tag}`;
    const digest = image.digest === undefined ? "" : `@${image.digest}`;
    return `${image.registry}/${image.repository}${tag}${digest}`;
}

/** The image that a component runs, after overrides. References were checked by the config gate. */
export function resolveImage(id: ImageId, config: ImageConfig): ImageRef {
    const reference = config.overrides[id] ?? pinnedImage(id);
    const parsed = parseImage(reference);
    if (parsed === undefined) throw new Error(`image ${id}: ${reference} is not an image reference`);
    const replacement = config.registries[parsed.registry];
    const moved = replacement === undefined ? parsed : onRegistry(parsed, replacement);
    if (!config.byTagOnly || moved.tag === undefined) return moved;
    return { registry: moved.registry, repository: moved.repository, tag: moved.tag };
}

function onRegistry(image: ImageRef, replacement: string): ImageRef {
    const [registry = replacement, ...prefix] = replacement.split("/");
    return { ...image, registry, repository: [...prefix, image.repository].join("/") };
}
