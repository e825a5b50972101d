import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseImage } from "../../components/config/images";
import { UserError } from "../../components/config/problems";
import { checksum, sha256 } from "../../components/core/hash";
import type { OwnImageSpec } from "./specs";

/** Machine that an image is built for: always Linux, since it runs in containers. */
export type Architecture = "amd64" | "arm64";

/** Everything that decides the binary. */
export interface Recipe {
    /** Absolute path of the sources. */
    readonly sources: string;
    readonly architecture: Architecture;
    /** 16 hex digits of sources, flags and architecture. Go's own version is not part of it: see `recipe`. */
    readonly key: string;
}

/**
 * What is to be built on this machine. The key leaves Go's version out: an upgrade of Go would cost minutes for the
 * same program.
 * @throws UserError on a machine that no container image of ours runs on
 */
export function recipe(
    project: string,
    spec: OwnImageSpec,
    architecture: Architecture = hostArchitecture(spec),
): Recipe {
    const key = checksum([sourceHashes(project, spec), spec.build, architecture]);
    return { sources: join(project, spec.sources), architecture, key };
}

/** Name of the binary in the cache. */
export function programFile({ architecture, key }: Recipe, { program }: OwnImageSpec): string {
    return `${program}-${architecture}-${key}`;
}

/** Key of the image of one binary. */
export function imageKey(of: Pick<Recipe, "key">, { image }: OwnImageSpec): string {
    return checksum([of.key, image]);
}

/**
 * The tag of an image that is called after its sources, the same on every kind of machine: manifests name it, so that
 * pods are made anew when the program has changed.
 */
export function sourcesTag(project: string, spec: OwnImageSpec): string {
    const { entrypoint, user, ports } = spec.image;
    return checksum([sourceHashes(project, spec), spec.build, { entrypoint, user, ports }]);
}

/** What is wrong with the tag of an image in the registry of versions; undefined where nothing is. */
export function tagProblem(project: string, spec: OwnImageSpec): UserError | undefined {
    if (spec.taggedBySources !== true) return undefined;
    const tag = sourcesTag(project, spec);
    if (parseImage(spec.image.reference)?.tag === tag) return undefined;
    return new UserError(`${spec.title} is not what the manifests name`, [
        {
            where: "components/config/registry.json",
            what: `names ${spec.image.reference}, and the tag of what is in ${spec.sources}/ is ${tag}`,
            fix: `make ${spec.command} ARGS=--write-tag`,
        },
    ]);
}

/** This machine's architecture in Go's and Docker's words. */
export function hostArchitecture(
    { title, without }: Pick<OwnImageSpec, "title" | "without">,
    arch: string = process.arch,
): Architecture {
    if (arch === "x64") return "amd64";
    if (arch === "arm64") return "arm64";
    throw new UserError(`${title} cannot be built`, [
        {
            where: "this machine",
            what: `has the architecture ${arch}; Kind's node images exist for x64 and arm64`,
            fix: `${without}, or use another machine`,
        },
    ]);
}

/** What the program is made of; its tests are no part of it. */
function sourceHashes(project: string, { sources }: OwnImageSpec): readonly (readonly [string, string])[] {
    const folder = join(project, sources);
    const files = readdirSync(folder).filter(
        (file) => /\.go$|^go\.(mod|sum)$/.test(file) && !file.endsWith("_test.go"),
    );
    return files.sort().map((file) => [file, sha256(readFileSync(join(folder, file)))]);
}
