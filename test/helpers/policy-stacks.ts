import { isAbsolute } from "node:path";
import { CHART_NAMES, chartFile, chartSpec, type ChartName } from "../../components/config/versions";
import { chartSubject, resourceSubject, type ResourceOptions, type Subject } from "../../policy/model/subject";
import { fieldsOf } from "../../policy/model/wire";
import { isManifest, type Manifest } from "../../tools/policy/manifests";
import { renderRelease, type ReleaseInputs } from "../../tools/policy/rendering";
import type { Registered } from "./harness";
import { EQUIPPED, runStack, type StackRun } from "./platform";
import { deletedWith, RELEASE } from "./stack-graph";

/** Everything that a stack registers, as the rules see it: with its secrets and options as the engine gets them. */
export function registeredSubjects(run: StackRun): readonly Subject[] {
    return run.harness.resources.map((resource) => {
        const raw = run.raw.get(resource.name);
        const body = fieldsOf(raw !== null && typeof raw === "object" ? raw : {});
        const { type, name, urn } = resource;
        return resourceSubject({ type, name, urn, body }, optionsOf(run, resource));
    });
}

function optionsOf(run: StackRun, resource: Registered): ResourceOptions {
    const provider = resource.provider.split("::").at(-2);
    return {
        deletedWith: deletedWith(run, resource),
        deleteBeforeReplace: resource.deleteBeforeReplace,
        secretOutputs: resource.secretOutputs,
        ...(provider === undefined ? {} : { provider }),
    };
}

/** The releases of a stack, with exactly the values that the program registers; charts by a path of the test's. */
export function releasesOf(run: StackRun, path: (chart: ChartName) => string): readonly ReleaseInputs[] {
    return run.harness.all(RELEASE).map(({ inputs }) => ({
        release: String(inputs["name"]),
        namespace: String(inputs["namespace"]),
        chart: path(chartOf(String(inputs["chart"]))),
        values: Object.fromEntries(Object.entries(inputs["values"] ?? {})),
        skipCrds: inputs["skipCrds"] === true,
    }));
}

function chartOf(path: string): ChartName {
    const file = path.split("/").at(-1);
    const found = CHART_NAMES.find((name) => name === file || chartFile(chartSpec(name)) === file);
    if (found === undefined || isAbsolute(path)) throw new Error(`${path} is no chart of the registry`);
    return found;
}

/** The objects that the program itself makes in the cluster, secrets included. */
export function ownManifests(run: StackRun): readonly Manifest[] {
    return run.harness.resources
        .filter(({ type }) => type.startsWith("kubernetes:") && type !== RELEASE)
        .map(({ inputs }) => inputs)
        .filter(isManifest);
}

/** A stack with everything that its releases bring. */
export interface RenderedStack {
    readonly run: StackRun;
    /** What the program registers, and what its charts render. */
    readonly subjects: readonly Subject[];
    readonly own: readonly Manifest[];
    readonly rendered: readonly Manifest[];
}

/** A preset with its releases rendered; each chart by its path. */
export async function renderStack(
    stack: string,
    path: (chart: ChartName) => string,
    renderings = new Renderings(),
): Promise<RenderedStack> {
    const run = await runStack(stack, { environment: EQUIPPED });
    const rendered: Manifest[] = [];
    for (const release of releasesOf(run, path)) rendered.push(...(await renderings.of(release)));
    const subjects = [...registeredSubjects(run), ...rendered.map((manifest) => chartSubject(fieldsOf(manifest)))];
    return { run, subjects, own: ownManifests(run), rendered };
}

/** Renderings that stacks share: a chart with the same values is rendered once. */
export class Renderings {
    private readonly known = new Map<string, Promise<readonly Manifest[]>>();

    public of(release: ReleaseInputs): Promise<readonly Manifest[]> {
        const key = JSON.stringify(release);
        const found = this.known.get(key) ?? renderRelease(release);
        this.known.set(key, found);
        return found;
    }
}
