import { MANIFESTS_DIR } from "../../components/config/delivery";
import { UserError, formatProblems } from "../../components/config/problems";
import type { Application } from "../../components/delivery/tree";
import { duration } from "../lib/progress";
import { outcomeLines, type Delivery } from "./delivery";
import { differenceLines, differences } from "./difference";
import { Manifests, type Look, type ManifestsOptions } from "./manifests";
import { placeOf, watched, type Place, type Sources } from "./places";
import { Watcher } from "./watcher";

export interface WatchOptions extends ManifestsOptions {
    readonly stack: string;
    /** Folder below which the applications are. */
    readonly root: string;
    /** How changes get into the cluster; without it they are only shown. */
    readonly delivery?: Delivery;
    /** Renders the applications' folders, where Nix is here: @throws UserError with what is wrong */
    readonly render?: () => Promise<unknown>;
    /** Runs what a change of the program or the settings calls for. @returns whether it went well */
    readonly runProgram: () => Promise<boolean>;
    readonly report: (line: string) => void;
    /** Ends the watch; what is being applied is finished. */
    readonly stop: AbortSignal;
    /** Ends what is being applied as well. */
    readonly abort: AbortSignal;
}

/**
 * Applies changes of what the applications are made from, as they are saved, until it is stopped. What is wrong is shown,
 * and what was last good stays.
 */
export async function watchStack(options: WatchOptions): Promise<void> {
    const session = new WatchSession(options);
    const watcher = await Watcher.start({ project: options.project, paths: watched(session.sources()) });
    const close = (): void => void watcher.close();
    options.stop.addEventListener("abort", close);
    try {
        await session.begin();
        for (let paths = await watcher.next(); paths !== undefined; paths = await watcher.next()) {
            await session.take(paths);
            watcher.add(watched(session.sources()));
        }
    } finally {
        options.stop.removeEventListener("abort", close);
        await watcher.close();
    }
}

/** What is known between changes. */
class WatchSession {
    private readonly manifests: Manifests;
    /** What was applied last or, where nothing is, shown last; undefined before. */
    private applied: readonly Application[] | undefined;

    public constructor(private readonly options: WatchOptions) {
        this.manifests = new Manifests(options);
    }

    public sources(): Sources {
        const { stack, root, render } = this.options;
        return { stack, root, applications: this.manifests.sources(), nix: render !== undefined };
    }

    /** Brings the cluster to what is on disk, so that every change from here on is a change of that. */
    public async begin(): Promise<void> {
        const { delivery, root, render, report } = this.options;
        const made = render === undefined ? root : `nix/ (into ${MANIFESTS_DIR}/)`;
        report(`watching ${made} and the program; Ctrl-C ends it`);
        if (render !== undefined && !(await this.shown(render))) return;
        const look = this.look();
        if (look.applications === undefined) return;
        if (delivery === undefined) this.applied = look.applications;
        else await this.apply(look.applications, delivery);
    }

    /** Acts on changes that have come to rest. */
    public async take(paths: ReadonlySet<string>): Promise<void> {
        const sources = this.sources();
        const places = [...paths].map((path) => placeOf(path, sources));
        const has = (kind: Place["kind"]): boolean => places.some((place) => place.kind === kind);
        const { render } = this.options;
        // It may be input of Nix as well: the program reads the same pins.
        if (has("nix") && render !== undefined && !(await this.shown(render))) return;
        if (has("program")) await this.runProgram();
        else await this.update();
    }

    private async runProgram(): Promise<void> {
        const { delivery, report, runProgram } = this.options;
        report("the program or the settings have changed");
        // It applies the applications along with everything else. What is saved while it runs it may have read or not, so
        // that it counts as a change.
        const { applications } = this.look();
        const well = await runProgram();
        delivery?.programChanged();
        if (well && delivery !== undefined) this.applied = applications ?? this.applied;
        if (!well) report("the last good state stays");
    }

    private async update(): Promise<void> {
        const { delivery, report } = this.options;
        const { applications } = this.look();
        if (applications === undefined) return;
        const found = differences(this.applied ?? [], applications);
        if (found.length === 0) return;
        for (const line of differenceLines(found)) report(line);
        if (delivery === undefined) this.applied = applications;
        else await this.apply(applications, delivery);
    }

    private async apply(applications: readonly Application[], delivery: Delivery): Promise<void> {
        const { abort, report } = this.options;
        const started = Date.now();
        const well = await this.shown(async () => {
            const outcome = await delivery.apply(abort);
            for (const line of outcomeLines(outcome)) report(line);
            return outcome.well;
        });
        if (well) this.applied = applications;
        const took = duration((Date.now() - started) / 1000);
        report(
            well
                ? `applied by ${delivery.name} in ${took}`
                : `not applied by ${delivery.name}: save a change to try again`,
        );
    }

    /** Looks at the sources, and shows what is wrong with them. */
    private look(): Look {
        const look = this.manifests.look();
        if (look.regenerated.length > 0) this.options.report(`read ${look.regenerated.join(", ")}`);
        if (look.problems.length > 0) {
            this.options.report(formatProblems("the last good state stays", look.problems));
        }
        return look;
    }

    /** Runs an action, and shows a mistake of the user's. @returns whether it went well */
    private async shown(action: () => Promise<unknown>): Promise<boolean> {
        try {
            return (await action()) !== false;
        } catch (error) {
            if (this.options.abort.aborted) return false;
            if (!(error instanceof UserError)) throw error;
            this.options.report(error.message);
            return false;
        }
    }
}
