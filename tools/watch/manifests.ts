import { join } from "node:path";
import type { Problem } from "../../components/config/problems";
import type { GitopsConfig } from "../../components/config/schema";
import { readFolder } from "../../components/delivery/read-tree";
import { readApplications, type Application, type ApplicationFolder } from "../../components/delivery/tree";
import { applicationSources, type ApplicationSources } from "../delivery/sources";
import { hashContents } from "../warm/fingerprint";

export interface ManifestsOptions {
    /** Absolute path of the checkout. */
    readonly project: string;
    readonly gitops: Pick<GitopsConfig, "path" | "without">;
    readonly applicationNamespaces: readonly string[];
}

/** What a look at the sources came to. */
export interface Look {
    /** Folders that were read or rendered anew, sorted. */
    readonly regenerated: readonly string[];
    /** The applications; absent where something is wrong, and the last good ones stay. */
    readonly applications?: readonly Application[];
    readonly problems: readonly Problem[];
}

interface Known {
    readonly hash: string;
    readonly read: ReturnType<typeof readFolder>;
}

/**
 * The applications of a checkout, kept between looks: a folder is read anew, or rendered by Kustomize, when what it is
 * made from has another content. So what is written and means nothing (the same text, a time) changes nothing.
 */
export class Manifests {
    private readonly known = new Map<string, Known>();

    public constructor(private readonly options: ManifestsOptions) {}

    /** Where the applications come from at this moment. */
    public sources(): readonly ApplicationSources[] {
        return applicationSources(this.options.project, this.options.gitops);
    }

    /** Looks at the sources. */
    public look(): Look {
        const { project, applicationNamespaces } = this.options;
        const sources = this.sources();
        const regenerated = sources.flatMap(({ folder, folders }) => {
            // Before it is read: what changes meanwhile is seen at the next look.
            const hash = folders.map((one) => hashContents(join(project, one))).join(" ");
            if (this.known.get(folder)?.hash === hash) return [];
            this.known.set(folder, { hash, read: readFolder(project, folder) });
            return [folder];
        });
        const there = new Set(sources.map(({ folder }) => folder));
        for (const folder of [...this.known.keys()]) if (!there.has(folder)) this.known.delete(folder);
        const read = sources.flatMap(({ folder }) => this.known.get(folder)?.read ?? []);
        const folders = read.flatMap(({ application }): readonly ApplicationFolder[] =>
            application === undefined ? [] : [application],
        );
        const { applications, problems } = readApplications(folders, applicationNamespaces);
        const all = [...read.flatMap((one) => one.problems), ...problems];
        return { regenerated, problems: all, ...(all.length === 0 ? { applications } : {}) };
    }
}
