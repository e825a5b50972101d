import assert from "node:assert/strict";
import { EXCEPTIONS } from "../../policy/exceptions";
import { judge, messageOf, unusedExceptions, type Judgement } from "../../policy/judge";
import { USUAL_FACTS } from "../../policy/model/rule";
import { allReferences, danglingReferences, HARMLESS } from "../../tools/policy/references";
import { CHART_NAMES } from "../../components/config/versions";
import { idOf, type Manifest } from "../helpers/manifests";
import { bothSources, NO_OFFICIAL_CHARTS } from "../helpers/official-charts";
import { Renderings, renderStack, type RenderedStack } from "../helpers/policy-stacks";
import { helm } from "../helpers/render";
import { skip } from "../helpers/skip";

const STACKS = ["dev-fast", "cilium", "full"] as const;

/** Secrets that Helm draws anew for each rendering; upgrades keep what is there, or replace all of it together. */
const DRAWN = [
    "Secret kube-system/cilium-ca",
    "Secret kube-system/hubble-relay-client-certs",
    "Secret kube-system/hubble-server-certs",
];

function told(judgements: readonly Judgement[]): readonly string[] {
    return judgements.flatMap(({ rule, violations }) =>
        violations.map((one) => `${rule.name}: ${messageOf(rule, one)}`),
    );
}

describe("whole stacks, rendered,", function () {
    // A rendering of all charts of a stack takes seconds.
    this.timeout(300_000);

    before(function () {
        if (helm() === undefined) skip(this, "there is no helm on PATH");
    });

    for (const { title, path, there } of bothSources(...CHART_NAMES)) {
        describe(`with ${title}s`, () => {
            const stacks = new Map<string, RenderedStack>();
            const judged = new Map<string, readonly Judgement[]>();

            before(async function () {
                if (!there) skip(this, NO_OFFICIAL_CHARTS);
                const shared = new Renderings();
                for (const stack of STACKS) {
                    const rendered = await renderStack(stack, path, shared);
                    stacks.set(stack, rendered);
                    judged.set(stack, judge(rendered.subjects, USUAL_FACTS, EXCEPTIONS));
                }
            });
            const of = (stack: string): RenderedStack => {
                const found = stacks.get(stack);
                assert.ok(found !== undefined);
                return found;
            };
            const objects = (stack: string): readonly Manifest[] => [...of(stack).own, ...of(stack).rendered];

            for (const stack of STACKS) {
                it(`${stack}: keeps to every rule, and nothing of it is unknown`, () => {
                    const judgements = judged.get(stack) ?? [];
                    assert.deepEqual(told(judgements), []);
                    const unknowns = judgements.flatMap(({ unknowns }) =>
                        unknowns.map(({ where, at }) => `${where} ${at}`),
                    );
                    assert.deepEqual(unknowns, []);
                    assert.ok(of(stack).rendered.length > 40);
                });

                it(`${stack}: makes each object once`, () => {
                    const ids = objects(stack).map((one) => `${one.apiVersion.replace(/\/.*/, "")} ${idOf(one)}`);
                    assert.deepEqual(
                        ids.filter((id, index) => ids.indexOf(id) !== index),
                        [],
                    );
                });

                it(`${stack}: names nothing that nobody makes`, () => {
                    const { applicationNamespaces } = of(stack).run.config;
                    assert.deepEqual(danglingReferences(objects(stack), applicationNamespaces), []);
                });
            }

            it("renders the same a second time, but for what Helm draws", async () => {
                const again = await renderStack("full", path);
                const text = ({ own, rendered }: RenderedStack): string =>
                    JSON.stringify(
                        [...own, ...rendered].filter((one) => !DRAWN.includes(idOf(one))),
                        // A checksum of what is drawn.
                        (key, value: unknown) => (/^cilium\.io\/.*checksum|^checksum\//.test(key) ? "" : value),
                    );
                assert.equal(text(again), text(of("full")));
            });

            it("needs each exception of the list", () => {
                const mine = EXCEPTIONS.filter(
                    ({ officialOnly }) => title.includes("official") || officialOnly !== true,
                );
                assert.deepEqual(unusedExceptions(mine, [...judged.values()].flat()), []);
            });

            it("has each reference that is known to do no harm", () => {
                const found = STACKS.flatMap((stack) =>
                    allReferences(objects(stack), ["apps"]).map(({ where }) => where),
                );
                assert.deepEqual(
                    HARMLESS.filter(({ where }) => !found.includes(where)),
                    [],
                );
            });

            it("is noticed when an object that others name is taken away", () => {
                const all = objects("full");
                const missed = (id: string): readonly string[] =>
                    danglingReferences(
                        all.filter((one) => idOf(one) !== id),
                        ["apps"],
                    ).map(({ what }) => what);
                for (const [id, words] of [
                    ["Secret observability/loki-s3", /Secret loki-s3 is missing/],
                    ["ConfigMap storage/garage", /ConfigMap garage is missing/],
                    ["ServiceAccount node-agents/otel-collector", /ServiceAccount/],
                    ["Service storage/garage", /Service storage\/garage/],
                    ["Gateway apps/waypoint", /Gateway apps\/waypoint/],
                    ["ClusterRole hearth-traefik", /ClusterRole/],
                    ["StatefulSet database/postgresql", /selects pods that no workload|matches no pod/],
                ] as const) {
                    assert.ok(
                        all.some((one) => idOf(one) === id),
                        `${id} is not there to begin with`,
                    );
                    assert.match(missed(id).join("\n"), words, id);
                }
            });
        });
    }
});
