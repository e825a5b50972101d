import assert from "node:assert/strict";
import { CHART_NAMES, type ChartName } from "../../../components/config/versions";
import { RELEASES } from "../../helpers/releases";

function nulls(value: unknown, path = ""): readonly string[] {
    if (value === null) return [path];
    if (typeof value !== "object") return [];
    return Object.entries(value).flatMap(([key, inner]) => nulls(inner, `${path}.${key}`));
}

describe("values of releases", () => {
    for (const { title, values } of RELEASES) {
        // Helm would take a null as "remove the chart's default", but Pulumi's Kubernetes provider drops nulls before.
        it(`have no null, which would work with Helm's own program and not with Pulumi: ${title}`, () => {
            assert.deepEqual(nulls(values), []);
        });
    }

    it("are there for every chart of the registry", () => {
        const covered = new Set<ChartName>(RELEASES.map(({ chart }) => chart));
        assert.deepEqual([...covered].sort(), [...CHART_NAMES].sort());
    });
});
