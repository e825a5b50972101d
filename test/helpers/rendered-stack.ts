import { basename } from "node:path";
import type { PlatformConfig } from "../../components/config/schema";
import { CHART_NAMES, chartFile, chartSpec, type ChartName } from "../../components/config/versions";
import type { Values } from "../../components/core/release";
import { chartsOf } from "../../components/config/charts";
import type { Manifest } from "./manifests";
import { isOfficialThere, officialChart } from "./official-charts";
import { EQUIPPED, presetConfig, runStack, type StackOptions } from "./platform";
import { render } from "./render";
import { RELEASE } from "./stack-graph";

/** Everything that a stack applies. */
export interface RenderedStack {
    readonly config: PlatformConfig;
    /** The program's own objects, and those of its releases as the official charts render them. */
    readonly objects: readonly Manifest[];
}

/** True where every chart of a stack is there as its project publishes it. */
export function canRender(stack: string): boolean {
    return chartsOf(presetConfig(stack, { environment: EQUIPPED }).layers).every(isOfficialThere);
}

/**
 * Runs the program of a stack and renders its releases, with exactly the program's values.
 * @param helm program that renders
 * @throws Error when a chart is not there, or refuses its values
 */
export async function renderedStack(stack: string, helm: string, options: StackOptions = {}): Promise<RenderedStack> {
    const { config, harness } = await runStack(stack, { environment: EQUIPPED, ...options });
    const objects = harness.resources.flatMap(({ type, inputs }) => {
        if (type === RELEASE) return rendered(inputs, helm);
        return type.startsWith("kubernetes:") && isManifest(inputs) ? [inputs] : [];
    });
    return { config, objects };
}

function rendered(inputs: Readonly<Record<string, unknown>>, helm: string): readonly Manifest[] {
    const file = basename(String(inputs["chart"]));
    const chart = CHART_NAMES.find((name: ChartName) => chartFile(chartSpec(name)) === file);
    if (chart === undefined) throw new Error(`${file} is no chart of the registry`);
    return render(helm, {
        chart: officialChart(chart),
        release: String(inputs["name"]),
        namespace: String(inputs["namespace"]),
        values: valuesOf(inputs["values"]),
    });
}

function valuesOf(value: unknown): Values {
    return value !== null && typeof value === "object" ? Object.fromEntries(Object.entries(value)) : {};
}

function isManifest(value: unknown): value is Manifest {
    return value !== null && typeof value === "object" && "apiVersion" in value && "kind" in value;
}
