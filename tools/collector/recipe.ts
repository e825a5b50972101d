import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../components/config/problems";
import { pinnedImage } from "../../components/config/versions";
import { checksum } from "../../components/core/hash";

/** Machine that the collector is built for: always Linux, since it runs in containers. */
export type Architecture = "amd64" | "arm64";

/** How the collector is compiled. Together with the sources this decides the binary, so it is part of the cache's key. */
export const GO_BUILD = {
    tags: "grpcnotrace",
    ldflags: "-s -w -buildid=",
    environment: { CGO_ENABLED: "0", GOFLAGS: "-trimpath -buildvcs=false -mod=readonly", GOOS: "linux", GOWORK: "off" },
} as const;

/** What the image's configuration says; the same as collector/Dockerfile does. */
export const IMAGE = {
    reference: pinnedImage("otel-collector"),
    entrypoint: "/otelcol",
    /** Nobody in particular; the DaemonSet runs it as root without capabilities, for the sake of pods' logs. */
    user: "10001:10001",
    ports: [4317, 4318, 8888, 13133],
} as const;

/** Folder of the generated sources, relative to the project. */
export const SOURCES = join("collector", "src");

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
export function recipe(project: string, architecture: Architecture = hostArchitecture()): Recipe {
    const sources = join(project, SOURCES);
    const files = readdirSync(sources).filter((file) => /\.go$|^go\.(mod|sum)$/.test(file));
    const contents = files.sort().map((file) => [file, contentHash(join(sources, file))]);
    return { sources, architecture, key: checksum([contents, GO_BUILD, architecture]) };
}

/** Key of the image of one binary. */
export function imageKey(of: Pick<Recipe, "key">): string {
    return checksum([of.key, IMAGE]);
}

/** This machine's architecture in Go's and Docker's words. */
export function hostArchitecture(arch: string = process.arch): Architecture {
    if (arch === "x64") return "amd64";
    if (arch === "arm64") return "arm64";
    throw new UserError("the collector cannot be built", [
        {
            where: "this machine",
            what: `has the architecture ${arch}; Kind's node images exist for x64 and arm64`,
            fix: "switch the layer otel-collector off (hearth:layers), or use another machine",
        },
    ]);
}

function contentHash(path: string): string {
    return createHash("sha256").update(readFileSync(path)).digest("hex");
}
