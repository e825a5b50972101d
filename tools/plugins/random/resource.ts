import { changesBetween } from "../provider-lib/changes";
import type { CheckFailure, Properties } from "../provider-lib/properties";
import type { Created, Resource } from "../provider-lib/provider";
import { isMap, mapValues, pick, reveal, secret, UNKNOWN, type Value, type ValueMap } from "../provider-lib/values";

/** A resource whose outputs are drawn once and kept until one of its inputs changes. */
export interface RandomSpec {
    readonly summary: string;
    readonly inputs: Properties;
    readonly outputs: Properties;
    /** Values of inputs that are not given, from those that are. Default none. */
    readonly defaults?: (inputs: ValueMap) => ValueMap;
    readonly check: (settled: ValueMap) => readonly CheckFailure[];
    readonly draw: (settled: ValueMap) => Promise<Drawn>;
    /**
     * Reads the id that `pulumi import` is given.
     * @throws Error when it is none
     */
    readonly parse: (id: string) => Promise<Parsed>;
    /** Version of the state's form that the official plugin writes down; 0 is not written. */
    readonly schemaVersion: number;
    /** Whether the official plugin has the id among the outputs too. */
    readonly idIsOutput: boolean;
    /** Whether keepers without any entry differ from none; the official plugin is not of one mind. */
    readonly emptyKeepersReplace: boolean;
}

export interface Drawn {
    readonly id: string;
    readonly outputs: ValueMap;
}

export interface Parsed extends Drawn {
    /** Inputs that a program has to give to get this. */
    readonly inputs: ValueMap;
}

export const KEEPERS: Properties = {
    keepers: {
        type: { mapOf: "string" },
        description: "A change of any of these values draws anew.",
        replace: true,
    },
};

export function randomResource(spec: RandomSpec): Resource {
    const settle = (inputs: ValueMap): ValueMap => ({ ...spec.defaults?.(inputs), ...inputs });
    const inputsOf = (state: ValueMap): ValueMap => pick(state, Object.keys(spec.inputs));
    const stateOf = (inputs: ValueMap, id: Value, outputs: ValueMap): ValueMap => ({
        ...settle(inputs),
        ...mapValues(outputs, (value, name) => (spec.outputs[name]?.secret === true ? secret(value) : value)),
        ...(spec.idIsOutput ? { id } : {}),
        ...(spec.schemaVersion > 0 ? { __meta: JSON.stringify({ schema_version: String(spec.schemaVersion) }) } : {}),
    });
    const undrawn: ValueMap = Object.fromEntries(Object.keys(spec.outputs).map((name) => [name, UNKNOWN]));

    return {
        summary: spec.summary,
        inputs: spec.inputs,
        outputs: spec.outputs,

        check: (inputs) => spec.check(settle(inputs)),

        /** Compared is what the inputs come to, so that to state a default changes nothing. */
        diff({ state, inputs }) {
            const before = settle(revealed(inputsOf(state)));
            const after = settle(revealed(inputs));
            return changesBetween(before, after).map((change) => ({
                ...change,
                replace: replaces(spec, change.property, before[change.property], after[change.property]),
            }));
        },

        async create({ inputs, preview }): Promise<Created> {
            if (preview) return { id: "", outputs: stateOf(inputs, UNKNOWN, undrawn) };
            const { id, outputs } = await spec.draw(settle(inputs));
            return { id, outputs: stateOf(inputs, id, outputs) };
        },

        async read({ id, state, inputs }) {
            if (Object.keys(state).length > 0) return { id, state, inputs };
            const parsed = await spec.parse(id);
            return { id: parsed.id, state: stateOf(parsed.inputs, parsed.id, parsed.outputs), inputs: parsed.inputs };
        },

        /** Only what needs no new draw comes here. */
        async update({ id, state, inputs }) {
            return stateOf(inputs, id, pick(state, Object.keys(spec.outputs)));
        },

        async delete() {
            // There is nothing but the state.
        },
    };
}

function revealed(values: ValueMap): ValueMap {
    return mapValues(values, reveal);
}

function replaces(
    { emptyKeepersReplace }: RandomSpec,
    property: string,
    before: Value | undefined,
    after: Value | undefined,
): boolean {
    // Old versions of the official plugin wrote "" for no characters.
    if (property === "overrideSpecial") return !(before === "" && after === undefined);
    return property !== "keepers" || emptyKeepersReplace || !(isEmpty(before) && isEmpty(after));
}

function isEmpty(value: Value | undefined): boolean {
    return value === undefined || (isMap(value) && Object.keys(value).length === 0);
}
