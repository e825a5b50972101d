import { join } from "node:path";
import type { OwnImageId } from "../../components/config/own-images";
import { pinnedImage } from "../../components/config/versions";

/** How a program is compiled. Together with the sources this decides the binary, so it is part of the cache's key. */
export interface GoBuild {
    /** Build tags, with commas between them. */
    readonly tags: string;
    readonly ldflags: string;
    readonly environment: Readonly<Record<string, string>>;
}

/** What the image's configuration says. */
export interface ImageContent {
    /** Full name with tag. */
    readonly reference: string;
    /** Absolute path of the program in the image; also its entry point. */
    readonly entrypoint: string;
    /** `uid:gid` */
    readonly user: string;
    /** TCP ports that it listens on; told, not published. */
    readonly ports: readonly number[];
}

/** One image that is made of Go sources in this repository: one static binary and nothing else. */
export interface OwnImageSpec {
    readonly id: OwnImageId;
    /** As sentences name it: `the OpenTelemetry Collector`. */
    readonly title: string;
    /** Title in the image's labels. */
    readonly label: string;
    /** Folder of the Go module, relative to the project; only its own files count, no folders. */
    readonly sources: string;
    /** Name of the binary in the cache, to which architecture and key are added. */
    readonly program: string;
    /** How long it takes the first time. */
    readonly takes: string;
    readonly build: GoBuild;
    readonly image: ImageContent;
    /** Command of `tools/run.js` that makes it. */
    readonly command: string;
    /** What a user does who can do without it. */
    readonly without: string;
    /** The tag is made of the sources, so that pods are new when these are. Default false: the tag is a version. */
    readonly taggedBySources?: boolean;
}

/** Static, without paths and ids of this machine. Without the tag, golang.org/x/net/trace keeps reflection alive. */
const GO_BUILD: GoBuild = {
    tags: "grpcnotrace",
    ldflags: "-s -w -buildid=",
    environment: { CGO_ENABLED: "0", GOFLAGS: "-trimpath -buildvcs=false -mod=readonly", GOOS: "linux", GOWORK: "off" },
};

/** Nobody in particular. */
const USER = "10001:10001";

/** The collector. Its pods run it as root without capabilities, for the sake of pods' logs. */
export const COLLECTOR_IMAGE: OwnImageSpec = {
    id: "otel-collector",
    title: "the OpenTelemetry Collector",
    label: "Hearth's OpenTelemetry Collector",
    sources: join("collector", "src"),
    program: "otelcol",
    takes: "about 5 minutes on 2 cores, once",
    build: GO_BUILD,
    // The same as collector/Dockerfile says.
    image: {
        reference: pinnedImage("otel-collector"),
        entrypoint: "/otelcol",
        user: USER,
        ports: [4317, 4318, 8888, 13133],
    },
    command: "collector",
    without: "set hearth:collector to upstream",
};

/** The demo's two services. */
export const DEMO_IMAGE: OwnImageSpec = {
    id: "demo",
    title: "the demo",
    label: "Hearth's demo",
    sources: "demo",
    program: "shop",
    takes: "about 2 minutes on 2 cores, once",
    build: GO_BUILD,
    image: { reference: pinnedImage("demo"), entrypoint: "/shop", user: USER, ports: [8080, 8081] },
    command: "demo",
    without: "remove hearth:demo",
    taggedBySources: true,
};

/** Every image that is built from this repository. */
export const OWN_IMAGE_SPECS: Readonly<Record<OwnImageId, OwnImageSpec>> = {
    "otel-collector": COLLECTOR_IMAGE,
    demo: DEMO_IMAGE,
};
