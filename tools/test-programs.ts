import { parseImage } from "../components/config/images";
import { pinnedImage, type ImageId } from "../components/config/versions";
import type { PathCheck, ToolSpec } from "./install/tool-spec";

/**
 * Programs that read Hearth's configurations in a cluster, where they come as container images. Only tests run them
 * here (make test-programs, make test-dataflow), each in the very version that is pinned for the cluster.
 */

const PROMETHEUS = versionOf("prometheus");
const ALERTMANAGER = versionOf("alertmanager");
const LOKI = versionOf("loki");
const TEMPO = versionOf("tempo");
const TRAEFIK = versionOf("traefik");

/** Where Prometheus' own programs read the version that they print. */
const COMMON = "github.com/prometheus/common/version";
const STRIP = "-s -w";

export const TEST_PROGRAMS: readonly ToolSpec[] = [
    {
        name: "prometheus",
        version: PROMETHEUS,
        purpose: "Prometheus and promtool, for tests of its configuration, rules and alerts",
        binaries: ["prometheus", "promtool"],
        onPath: printsVersion("--version", PROMETHEUS),
        release: prometheusRelease("prometheus", PROMETHEUS, ["prometheus", "promtool"]),
        module: {
            folder: "prometheus",
            packages: {
                prometheus: "github.com/prometheus/prometheus/cmd/prometheus",
                promtool: "github.com/prometheus/prometheus/cmd/promtool",
            },
            ldflags: `${STRIP} -X ${COMMON}.Version=${PROMETHEUS}`,
            minutes: 8,
        },
    },
    {
        name: "alertmanager",
        version: ALERTMANAGER,
        purpose: "Alertmanager and amtool, for tests of its configuration",
        binaries: ["alertmanager", "amtool"],
        onPath: printsVersion("--version", ALERTMANAGER),
        release: prometheusRelease("alertmanager", ALERTMANAGER, ["alertmanager", "amtool"]),
        module: {
            folder: "alertmanager",
            packages: {
                alertmanager: "github.com/prometheus/alertmanager/cmd/alertmanager",
                amtool: "github.com/prometheus/alertmanager/cmd/amtool",
            },
            amended: {
                module: "github.com/prometheus/alertmanager",
                files: { "ui/app/dist/index.html": "built without its web page\n" },
            },
            ldflags: `${STRIP} -X ${COMMON}.Version=${ALERTMANAGER}`,
            minutes: 1,
        },
    },
    {
        // Its releases are zip archives, which nothing here unpacks, so it is built.
        name: "loki",
        version: LOKI,
        purpose: "Loki, for tests of its configuration",
        binaries: ["loki"],
        onPath: printsVersion("--version", LOKI),
        module: {
            folder: "loki",
            packages: { loki: "github.com/grafana/loki/v3/cmd/loki" },
            ldflags: `${STRIP} -X github.com/grafana/loki/v3/pkg/util/build.Version=${LOKI}`,
            minutes: 8,
        },
    },
    {
        // Its versions from 2 on are no Go modules: the path of its module lacks the /v2. Where the release cannot be
        // had, nothing can be.
        name: "tempo",
        version: TEMPO,
        purpose: "Tempo, for tests of its configuration",
        binaries: ["tempo"],
        onPath: printsVersion("--version", TEMPO),
        release: {
            downloads: [
                {
                    version: TEMPO,
                    url: "https://github.com/grafana/tempo/releases/download/v{version}/tempo_{version}_{os}_{arch}.tar.gz",
                    members: { tempo: "tempo" },
                    checksums: "https://github.com/grafana/tempo/releases/download/v{version}/SHA256SUMS",
                },
            ],
        },
    },
    {
        name: "traefik",
        version: TRAEFIK,
        purpose: "Traefik, for tests of its configuration",
        binaries: ["traefik"],
        onPath: { ...printsVersion("version", TRAEFIK), pattern: /^Version:\s+(\d+\.\d+\.\d+)/m },
        release: {
            downloads: [
                {
                    version: TRAEFIK,
                    url: "https://github.com/traefik/traefik/releases/download/v{version}/traefik_v{version}_{os}_{arch}.tar.gz",
                    members: { traefik: "traefik" },
                    checksums:
                        "https://github.com/traefik/traefik/releases/download/v{version}/traefik_v{version}_checksums.txt",
                },
            ],
        },
        module: {
            folder: "traefik",
            packages: { traefik: "github.com/traefik/traefik/v3/cmd/traefik" },
            ldflags: `${STRIP} -X github.com/traefik/traefik/v3/pkg/version.Version=${TRAEFIK}`,
            minutes: 7,
        },
    },
    {
        // No release of Istio is a Go module. This is the one state that is, of the time before 1.31: newer than what
        // the stack full runs, so that it finds no fault with what only newer versions take.
        name: "istioctl",
        version: "1.31.0-dev",
        purpose: "Istio's own analysis, for tests of the mesh's objects",
        binaries: ["istioctl"],
        module: {
            folder: "istioctl",
            packages: { istioctl: "istio.io/istio/istioctl/cmd/istioctl" },
            ldflags: `${STRIP} -X istio.io/istio/pkg/version.buildVersion=1.31.0-dev`,
            minutes: 6,
        },
    },
];

/** Version of the program in a pinned image, without the `v` of some tags. */
function versionOf(id: ImageId): string {
    const version = /^v?(\d+\.\d+\.\d+)/.exec(parseImage(pinnedImage(id))?.tag ?? "")?.[1];
    if (version === undefined) throw new Error(`the tag of image ${id} is no version`);
    return version;
}

/** Another version than the pinned one would say nothing about what the cluster runs. */
function printsVersion(argument: string, version: string): PathCheck {
    const [major, minor, patch] = version.split(".").map(Number);
    const accepts = { from: version, below: `${major}.${minor}.${(patch ?? 0) + 1}` };
    return { args: [argument], pattern: /version (\d+\.\d+\.\d+)/, accepts };
}

/** Prometheus' projects publish their releases in one form. */
function prometheusRelease(project: string, version: string, binaries: readonly string[]): ToolSpec["release"] {
    const folder = `https://github.com/prometheus/${project}/releases/download/v{version}`;
    const archive = `${project}-{version}.{os}-{arch}`;
    return {
        downloads: [
            {
                version,
                url: `${folder}/${archive}.tar.gz`,
                members: Object.fromEntries(binaries.map((binary) => [`${archive}/${binary}`, binary])),
                checksums: `${folder}/sha256sums.txt`,
            },
        ],
    };
}
