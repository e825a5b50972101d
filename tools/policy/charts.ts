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
import { isManifest } from "./manifests";
import { danglingReferences } from "./references";
import { renderReleases } from "./rendering";

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
    const { objects, unseen } = await renderReleases(preview, where);
    const rendered = [...objects.values()].flat();
    const own = [...preview.resources.values()].map(({ inputs }) => inputs).filter(isManifest);
    const subjects = rendered.map((manifest) => chartSubject(fieldsOf(manifest)));
    const judgements = judge(subjects, facts, EXCEPTIONS).map((one) => {
        const { violations, ...rest } = one;
        return { ...rest, violations: sorted(one.rule, violations, config.exceptions(one.rule)).violations };
    });
    // With a release left out, what it makes would be missed everywhere.
    const dangling = unseen.length > 0 ? [] : danglingReferences([...own, ...rendered], applications);
    return { releases: objects.size + unseen.length, objects: rendered.length, judgements, dangling, unseen };
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
