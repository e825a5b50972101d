/** What istiod may be told to do with paths before policies see them (MeshConfig.pathNormalization). */
export type PathNormalization = "NONE" | "BASE" | "MERGE_SLASHES" | "DECODE_AND_MERGE_SLASHES";

/** A request's path as Envoy hands it to policies: without query and fragment, normalized as istiod was told. */
export function normalizedPath(target: string, mode: PathNormalization): string {
    const [path = ""] = target.split(/[?#]/);
    if (mode === "NONE") return path;
    const decoded = mode === "DECODE_AND_MERGE_SLASHES" ? path.replace(/%2f|%5c/gi, "/") : path;
    // What RFC 3986 lets stand by itself is decoded, and a backslash is a slash.
    const plain = decoded
        .replace(/%([0-9a-f]{2})/gi, (escape, hex: string) => {
            const character = String.fromCharCode(Number.parseInt(hex, 16));
            return /[A-Za-z0-9._~-]/.test(character) ? character : escape;
        })
        .replaceAll("\\", "/");
    const merged = mode === "BASE" ? plain : plain.replace(/\/{2,}/g, "/");
    return withoutDots(merged);
}

function withoutDots(path: string): string {
    const segments: string[] = [];
    const all = path.split("/").slice(1);
    for (const [index, segment] of all.entries()) {
        const last = index === all.length - 1;
        if (segment === "..") segments.pop();
        else if (segment !== ".") segments.push(segment);
        if (last && (segment === "." || segment === "..")) segments.push("");
    }
    return `/${segments.join("/")}`;
}
