import { suggestion } from "../../components/config/parse";
import { UserError, type Problem } from "../../components/config/problems";
import { CHART_NAMES, type ChartName, type ChartSpec, type ManifestSpec } from "../../components/config/versions";
import { sha256 } from "../../components/core/hash";
import { ArchiveError, readChartArchive } from "./archive";
import { download } from "./download";
import { narHash } from "./nar";
import { ChartRepository } from "./repository";
import { topLevel } from "./verify";

/** The registry, relative to the project; TypeScript and Nix read it. */
export const REGISTRY = "components/config/registry.json";

/** What is to be pinned. */
export interface ChartUpdate {
    readonly name: string;
    /** Exact version, as the chart's repository writes it. */
    readonly version: string;
    /** Where the archive comes from instead of the chart's public repository. */
    readonly mirror?: string;
    /** Absolute path of the checkout, which a mirror's folder may be relative to. */
    readonly project: string;
    /** Milliseconds until a server must begin to answer. Default 5000. */
    readonly answerWithin?: number;
}

/** The registry's text after an update. */
export interface UpdatedRegistry {
    readonly text: string;
    /** What a person must know: what changed, and what goes with it that only they can decide. */
    readonly notes: readonly string[];
}

type Pin = Omit<ChartSpec, "name">;

/** The part of the registry that an update is about; whatever else is in it stays as it is. */
interface Registry {
    readonly charts: Readonly<Record<string, Pin>>;
    readonly images: Readonly<Record<string, { readonly reference: string }>>;
    readonly kinds: Readonly<Record<string, Kinds>>;
}

/** Kinds of a chart that Nix reads by themselves, of the same version as the chart. */
interface Kinds {
    readonly chart: string;
    readonly repository: string;
    readonly manifests: readonly ManifestSpec[];
}

/**
 * Pins another version of a chart with all its hashes: the archive's and its content's, or those of the manifests that
 * it is made of, and those of its kinds. Nobody but the publisher vouches for them: they are those of what was
 * downloaded now. From a mirror, only the content's hash is taken, since archives are packaged anew there.
 * @param text the registry as it is
 * @throws UserError for an unknown chart, a version that nobody has, and an archive that is another chart
 */
export async function updateChart(text: string, update: ChartUpdate): Promise<UpdatedRegistry> {
    const registry = JSON.parse(text) as Registry;
    const { name, version } = update;
    const before = registry.charts[name];
    if (!isChart(name) || before === undefined) {
        throw refusal({ where: name, what: "is not a chart of the registry", fix: suggestion(name, CHART_NAMES) });
    }
    if (!/^v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?$/.test(version)) {
        throw refusal({ where: version, what: "is no exact version", fix: "write one like 1.2.3" });
    }
    const after =
        before.manifests === undefined
            ? await fromArchive(name, before, update)
            : { ...(await moved({ ...before, manifests: before.manifests }, before, update)), version };
    const kinds: Record<string, Kinds> = {};
    for (const [id, entry] of Object.entries(registry.kinds)) {
        kinds[id] = entry.chart === name ? await moved(entry, before, update) : entry;
    }
    const changed = { ...registry, charts: { ...registry.charts, [name]: after }, kinds };
    return { text: `${JSON.stringify(changed, undefined, 4)}\n`, notes: notes(registry, name, before, after) };
}

function isChart(name: string): name is ChartName {
    return CHART_NAMES.some((known) => known === name);
}

async function fromArchive(name: ChartName, before: Pin, update: ChartUpdate): Promise<Pin> {
    const { version, mirror, project, answerWithin } = update;
    const spec: ChartSpec = { name, version, appVersion: "", repository: before.repository };
    const repository = new ChartRepository(mirror ?? before.repository, project, answerWithin);
    const found = await repository.find(spec);
    if ("tried" in found) {
        const what = `has no ${name} ${version} (${found.tried.join("; ")})`;
        throw refusal({ where: repository.title, what, fix: "name a version that it has, or --mirror" });
    }
    const files = await readChartArchive(found.archive).catch((error: unknown) => {
        if (!(error instanceof ArchiveError)) throw error;
        throw refusal({ where: found.source, what: `is no chart: ${error.message}`, fix: "look at what it is" });
    });
    const head = Buffer.from(files.get("Chart.yaml") ?? []).toString("utf8");
    const is = `${topLevel(head, "name")} ${topLevel(head, "version")}`;
    if (is !== `${name} ${version}`) {
        throw refusal({ where: found.source, what: `is chart ${is}, and not ${name} ${version}`, fix: "look at it" });
    }
    return {
        version,
        // Not every chart tells; those are of their program's own version.
        appVersion: topLevel(head, "appVersion") ?? version,
        repository: before.repository,
        ...(mirror === undefined ? { sha256: sha256(found.archive) } : {}),
        chartHash: narHash(files),
    };
}

type Manifests = { readonly repository: string; readonly manifests: readonly ManifestSpec[] };

/** Manifests of another version: at the address that has it in place of the old one, with their digests. */
async function moved<T extends Manifests>(entry: T, before: Pin, update: ChartUpdate): Promise<T> {
    const { version, answerWithin } = update;
    const repository = entry.repository.replaceAll(before.version, version);
    const problems: Problem[] = [];
    const manifests: ManifestSpec[] = [];
    for (const { path } of entry.manifests) {
        const url = `${repository.replace(/\/+$/, "")}/${path}`;
        const result = await download(url, answerWithin === undefined ? {} : { answerWithin });
        if ("body" in result) manifests.push({ path, sha256: sha256(result.body) });
        else problems.push({ where: path, what: `cannot be had: ${result.problem}`, fix: PATHS_CHANGED });
    }
    if (problems.length > 0) throw new UserError("nothing was changed", problems);
    const appVersion = "appVersion" in entry ? { appVersion: before.appVersion.replace(before.version, version) } : {};
    return { ...entry, ...appVersion, repository, manifests };
}

const PATHS_CHANGED = `where the project's files are called otherwise now, correct the paths in ${REGISTRY} first`;

function notes(registry: Registry, name: string, before: Pin, after: Pin): readonly string[] {
    const bare = (version: string): string => version.replace(/^v/, "");
    const fellows = Object.entries(registry.charts)
        .filter(([other, pin]) => other !== name && pin.version === before.version)
        .map(([other]) => other);
    const images = Object.entries(registry.images)
        .filter(([, { reference }]) => tagOf(reference).startsWith(bare(before.appVersion)))
        .map(([id]) => id);
    const appChanged = bare(before.appVersion) !== bare(after.appVersion);
    return [
        `${name}: ${before.version} → ${after.version}, program ${before.appVersion} → ${after.appVersion}`,
        ...(fellows.length > 0 ? [`still ${before.version}, and perhaps one product: ${fellows.join(", ")}`] : []),
        ...(appChanged && images.length > 0 ? [`images still ${before.appVersion}: ${images.join(", ")}`] : []),
    ];
}

function tagOf(reference: string): string {
    return /:v?([^:/@]+)(?:@.*)?$/.exec(reference)?.[1] ?? "";
}

function refusal(problem: Problem): UserError {
    return new UserError("nothing was changed", [problem]);
}
