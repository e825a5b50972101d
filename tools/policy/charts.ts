import type { Problem } from "../../components/config/problems";
import { EXCEPTIONS } from "../../policy/exceptions";
import { judge, messageOf, sorted, type Judgement } from "../../policy/judge";
import type { Facts } from "../../policy/model/rule";
import { chartSubject, resourceSubject } from "../../policy/model/subject";
import { fieldsOf } from "../../policy/model/wire";
import { diesWithCluster } from "../../policy/rules/dies-with-cluster";
import type { Environment } from "../lib/process";
import type { StateResource } from "../state/deployment";
import type { PolicyConfig } from "./config";
import type { EngineFinding, PolicyPreview } from "./events";
import { isManifest, type Manifest } from "./manifests";
import { danglingReferences } from "./references";
import { renderRelease, type ReleaseInputs } from "./rendering";

const RELEASE = "kubernetes:helm.sh/v3:Release";

/** What stands in a preview for a value that is not known yet (proxy.js of @pulumi/policy). */
const UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What was found in the objects that releases bring. */
export interface ChartReport {
    readonly releases: number;
    readonly objects: number;
    readonly judgements: readonly Judgement[];
    readonly dangling: readonly Problem[];
    /** Releases that could not be rendered here. */
    readonly unseen: readonly string[];
}

/** Renders every release of a preview and judges what comes out, the program's own objects beside it for references. */
export async function judgeCharts(
    preview: PolicyPreview,
    where: { readonly cwd: string; readonly env: Environment },
    { facts, config, applications }: { facts: Facts; config: PolicyConfig; applications: readonly string[] },
): Promise<ChartReport> {
    const releases = [...preview.resources.values()].filter(({ type }) => type === RELEASE).map(({ inputs }) => inputs);
    const rendered: Manifest[] = [];
    const unseen: string[] = [];
    for (const inputs of releases) {
        const release = releaseInputs(inputs);
        try {
            rendered.push(...(await renderRelease(release, where)));
        } catch (error) {
            // A chart may refuse the text that stands for a value that is not known yet; elsewhere rules know it again.
            if (!JSON.stringify(inputs).includes(UNKNOWN_TEXT)) throw error;
            unseen.push(`the objects of release ${release.release}, of which a value is not known yet`);
        }
    }
    const own = [...preview.resources.values()].map(({ inputs }) => inputs).filter(isManifest);
    const subjects = rendered.map((manifest) => chartSubject(fieldsOf(manifest)));
    const judgements = judge(subjects, facts, EXCEPTIONS).map((one) => {
        const { violations, ...rest } = one;
        return { ...rest, violations: sorted(one.rule, violations, config.exceptions(one.rule)).violations };
    });
    // With a release left out, what it makes would be missed everywhere.
    const dangling = unseen.length > 0 ? [] : danglingReferences([...own, ...rendered], applications);
    return { releases: releases.length, objects: rendered.length, judgements, dangling, unseen };
}

function releaseInputs(inputs: object): ReleaseInputs {
    const text = (key: string): string => String(Reflect.get(inputs, key));
    const values: unknown = Reflect.get(inputs, "values");
    return {
        release: text("name"),
        namespace: text("namespace"),
        chart: text("chart"),
        values: Object.fromEntries(Object.entries(values ?? {})),
        skipCrds: Reflect.get(inputs, "skipCrds") === true,
    };
}

/** What the engine tells no policy, and the state of a stack that is up knows: what takes a resource along. */
export function judgeState(resources: readonly StateResource[], facts: Facts): readonly EngineFinding[] {
    return resources
        .filter(({ type }) => type.startsWith("kubernetes:"))
        .flatMap(({ type, urn, deletedWith }) => {
            const subject = resourceSubject(
                { type, name: urn.split("::").at(-1) ?? urn, body: {} },
                // The pack has judged the provider.
                { deletedWith: deletedWith ?? "", deleteBeforeReplace: true, secretOutputs: [], provider: "known" },
            );
            return diesWithCluster.check(subject, facts).map((finding) => ({
                rule: diesWithCluster.name,
                level: "mandatory",
                message: messageOf(diesWithCluster, finding),
            }));
        });
}
