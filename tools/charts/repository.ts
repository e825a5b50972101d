import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { chartFile, type ChartSpec } from "../../components/config/versions";
import { download, redacted, type Download } from "./download";
import { readIfThere } from "./files";
import { archiveOfManifests, isManifestChart, manifestFolder, type ManifestChart } from "./manifests";
import { pullChart } from "./oci";

/** An archive as a source gave it, not yet verified; or what was tried, in words for a user. */
export type Found =
    | { readonly archive: Buffer; readonly source: string }
    | { readonly tried: readonly string[]; readonly unreachable: boolean };

/**
 * One place that may have charts: a folder, an http(s) chart repository or an `oci://` prefix; or, for a chart that is
 * made of manifests, the address that its project publishes them at. It remembers that nobody answered, so that a
 * machine without internet waits once and not once per chart.
 */
export class ChartRepository {
    private silent: string | undefined;

    /**
     * @param address folder (relative to `project`, or `~/…`), `http(s)://…` or `oci://…`
     * @param answerWithin milliseconds until a server must begin to answer
     */
    public constructor(
        private readonly address: string,
        private readonly project: string,
        private readonly answerWithin = 5000,
    ) {}

    /** What messages call the place. */
    public get title(): string {
        return redacted(this.address);
    }

    /** The archive of one chart. */
    public async find(spec: ChartSpec): Promise<Found> {
        if (!/^(https?|oci):\/\//.test(this.address)) return this.inFolder(spec);
        if (this.silent !== undefined) return { tried: [this.silent], unreachable: true };
        const found = await this.online(spec);
        if ("tried" in found && found.unreachable) this.silent = found.tried.at(-1);
        return found;
    }

    private async online(spec: ChartSpec): Promise<Found> {
        if (isManifestChart(spec) && this.address === spec.repository) return this.published(spec);
        if (!this.address.startsWith("oci://")) return this.overHttp(spec);
        return asFound(await pullChart(this.address, spec, this.answerWithin));
    }

    private inFolder(spec: ChartSpec): Found {
        const folder = resolve(this.project, this.address.replace(/^~(?=\/|$)/, homedir()));
        if (!existsSync(folder)) return { tried: [`there is no folder ${folder}`], unreachable: true };
        const path = join(folder, chartFile(spec));
        const archive = readIfThere(path);
        if (archive !== undefined) return { archive, source: path };
        const tried = `${path} is not there, or not readable`;
        if (!isManifestChart(spec)) return { tried: [tried], unreachable: false };
        const made = manifestsInFolder(spec, join(folder, manifestFolder(spec)));
        return "tried" in made ? { ...made, tried: [tried, ...made.tried] } : made;
    }

    /** Manifests where their project publishes them: the first alone, since nobody may answer, then the rest at once. */
    private async published(spec: ManifestChart): Promise<Found> {
        const base = `${this.address.replace(/\/+$/, "")}/`;
        const contents = new Map<string, Uint8Array>();
        const take = async (path: string): Promise<Found | undefined> => {
            const result = asFound(await this.get(new URL(path, base)));
            if ("tried" in result) return result;
            contents.set(path, result.archive);
            return undefined;
        };
        const [first, ...rest] = spec.manifests.map(({ path }) => path);
        const missed =
            (first === undefined ? undefined : await take(first)) ??
            (await Promise.all(rest.map(take))).find((result) => result !== undefined);
        return missed ?? { archive: archiveOfManifests(spec, contents), source: base };
    }

    /** Beside the index first: that is where most mirrors keep archives, and an index can have megabytes. */
    private async overHttp(spec: ChartSpec): Promise<Found> {
        const base = this.address.endsWith("/") ? this.address : `${this.address}/`;
        const direct = asFound(await this.get(new URL(chartFile(spec), base)));
        if (!("tried" in direct) || direct.unreachable) return direct;
        const index = await this.get(new URL("index.yaml", base));
        if ("problem" in index) return { tried: [...direct.tried, index.problem], unreachable: index.unreachable };
        const listed = urlInIndex(index.body.toString("utf8"), spec);
        if (listed === undefined) {
            return {
                tried: [...direct.tried, `${index.url} does not list ${spec.name} ${spec.version}`],
                unreachable: false,
            };
        }
        const found = asFound(await this.get(archiveUrl(listed, base)));
        return "tried" in found ? { ...found, tried: [...direct.tried, ...found.tried] } : found;
    }

    private get(url: URL): Promise<Download> {
        return download(url.href, { answerWithin: this.answerWithin });
    }
}

function manifestsInFolder(spec: ManifestChart, folder: string): Found {
    const contents = new Map<string, Uint8Array>();
    const missing: string[] = [];
    for (const { path } of spec.manifests) {
        const content = readIfThere(join(folder, path));
        if (content === undefined) missing.push(join(folder, path));
        else contents.set(path, content);
    }
    if (missing.length === 0) return { archive: archiveOfManifests(spec, contents), source: folder };
    const what = existsSync(folder) ? missing.join(", ") : folder;
    return { tried: [`${what} is not there, or not readable`], unreachable: false };
}

/**
 * The address of a chart's archive in a repository's index, relative or absolute. Read as text: the index of a large
 * repository has 10 MB, which a YAML parser chews on for seconds, and every tool that writes one names archives
 * `<name>-<version>.tgz`.
 */
export function urlInIndex(index: string, spec: Pick<ChartSpec, "name" | "version">): string | undefined {
    const file = chartFile(spec).replace(/[.+]/g, "\\$&");
    return new RegExp(`(?:^|[\\s"',\\[])((?:[^\\s"',\\[]*/)?${file})(?=$|[\\s"',\\]?#])`, "m").exec(index)?.[1];
}

/** Credentials are for the repository's own host; an archive elsewhere (GitHub releases) must not get them. */
function archiveUrl(listed: string, base: string): URL {
    const repository = new URL(base);
    const target = new URL(listed, repository);
    if (target.host === repository.host) {
        target.username = repository.username;
        target.password = repository.password;
    }
    return target;
}

function asFound(result: Download): Found {
    if ("problem" in result) return { tried: [result.problem], unreachable: result.unreachable };
    return { archive: result.body, source: result.url };
}
