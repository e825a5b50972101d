import { randomUUID } from "node:crypto";
import type { CheckFailure } from "../provider-lib/properties";
import { whole } from "../provider-lib/read";
import type { ValueMap } from "../provider-lib/values";
import { drawWhole } from "./draw";
import { KEEPERS, type RandomSpec } from "./resource";

export const randomInteger: RandomSpec = {
    summary: "A whole number within limits, drawn once.",
    inputs: {
        ...KEEPERS,
        max: { type: "integer", description: "The largest that it may be.", required: true, replace: true },
        min: { type: "integer", description: "The smallest that it may be.", required: true, replace: true },
        seed: { type: "string", description: "Not supported.", replace: true },
    },
    outputs: { result: { type: "integer", description: "The number." } },
    check: checkInteger,
    async draw(settled) {
        const result = drawWhole(whole(settled, "min") ?? 0, whole(settled, "max") ?? 0);
        return { id: String(result), outputs: { result } };
    },
    async parse(id) {
        const [result = NaN, min = NaN, max = NaN, ...rest] = id.split(",").map(Number);
        if (![result, min, max].every(Number.isSafeInteger) || rest.length > 0) {
            throw new Error("the id to import is not of the form result,min,max");
        }
        return { id: String(result), inputs: { max, min }, outputs: { result } };
    },
    schemaVersion: 0,
    idIsOutput: true,
    emptyKeepersReplace: false,
};

function checkInteger(settled: ValueMap): readonly CheckFailure[] {
    const [min, max] = [whole(settled, "min"), whole(settled, "max")];
    const order =
        min !== undefined && max !== undefined && max < min
            ? [{ property: "max", reason: `must not be smaller than min, ${min}; got ${max}` }]
            : [];
    // The same seed has to give the same number as with the official plugin, which takes it from Go's math/rand.
    const seed =
        settled["seed"] === undefined
            ? []
            : [
                  {
                      property: "seed",
                      reason: "Hearth's stand-in for the random provider cannot draw by a seed; leave it out",
                  },
              ];
    return [...order, ...seed];
}

export const randomUuid: RandomSpec = {
    summary: "A UUID, drawn once.",
    inputs: KEEPERS,
    outputs: { result: { type: "string", description: "The UUID." } },
    check: () => [],
    async draw() {
        const result = randomUUID();
        return { id: result, outputs: { result } };
    },
    async parse(id) {
        if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) throw new Error("the id to import is not a UUID");
        const result = id.toLowerCase();
        return { id: result, inputs: {}, outputs: { result } };
    },
    schemaVersion: 0,
    idIsOutput: true,
    emptyKeepersReplace: false,
};
