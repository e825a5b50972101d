import { randomBytes } from "node:crypto";
import { changesBetween } from "../provider-lib/changes";
import type { Call, Created, Resource } from "../provider-lib/provider";
import { text } from "../provider-lib/read";
import { compact, pick, UNKNOWN, type ValueMap } from "../provider-lib/values";
import { BASE_OUTPUTS, RESOURCE_INPUTS } from "./properties";
import { runCommand } from "./run";

/** `command:local:Command`: commands that make, change and delete something. */
export const localCommand: Resource = {
    summary: "Commands on this machine that make, change and delete something.",
    inputs: RESOURCE_INPUTS,
    outputs: BASE_OUTPUTS,

    /** Any changed input is an update, a changed trigger a replacement. */
    diff({ oldInputs, inputs }) {
        return changesBetween(oldInputs, inputs).map((change) => ({
            ...change,
            replace: RESOURCE_INPUTS[change.property]?.replace === true,
        }));
    },

    async create({ name, inputs, preview }, call): Promise<Created> {
        if (preview) return { id: "", outputs: { ...inputs, ...unknownOutputs(inputs) } };
        const outputs = await runIfAny(text(inputs, "create"), inputs, {}, call);
        return {
            id: `${name}${randomBytes(4).toString("hex")}`,
            outputs: { ...inputs, stdout: "", stderr: "", ...outputs },
        };
    },

    /** A command has nothing to look at: what is known of it is what it said when it ran. */
    async read({ id, state, inputs }) {
        return { id, state, inputs };
    },

    async update({ state, inputs, preview }, call) {
        const before = pick(state, Object.keys(BASE_OUTPUTS));
        const runs = inputs["update"] !== undefined || inputs["create"] !== undefined;
        if (preview) return { ...inputs, ...before, ...(runs ? unknownOutputs(inputs) : {}) };
        const command = text(inputs, "update") ?? text(inputs, "create");
        return { ...inputs, ...before, ...(await runIfAny(command, inputs, state, call)) };
    },

    async delete({ state }, call) {
        await runIfAny(text(state, "delete"), state, state, call);
    },
};

async function runIfAny(
    command: string | undefined,
    inputs: ValueMap,
    previous: ValueMap,
    call: Call,
): Promise<ValueMap> {
    return command === undefined ? {} : runCommand({ command, inputs, previous }, call);
}

/** What only running the command would tell. */
function unknownOutputs(inputs: ValueMap): ValueMap {
    return compact({
        stdout: UNKNOWN,
        stderr: UNKNOWN,
        assets: inputs["assetPaths"] === undefined ? undefined : UNKNOWN,
        archive: inputs["archivePaths"] === undefined ? undefined : UNKNOWN,
    });
}
