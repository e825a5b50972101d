import type { Properties, Property, PropertyType } from "./properties";
import type { Provider } from "./provider";

/** A provider's schema as `pulumi package get-schema` prints it: https://www.pulumi.com/docs/iac/using-pulumi/pulumi-packages/schema */
export function packageSchema(provider: Provider): string {
    const { name, version, description } = provider;
    const resources = Object.entries(provider.resources).map(([token, { inputs, outputs, summary }]) => [
        token,
        {
            description: summary,
            ...object({ ...inputs, ...outputs }, [...required(inputs), ...alwaysThere(outputs)]),
            inputProperties: specs(inputs),
            requiredInputs: required(inputs),
        },
    ]);
    const functions = Object.entries(provider.functions).map(([token, { inputs, outputs, summary }]) => [
        token,
        {
            description: summary,
            inputs: object(inputs, required(inputs)),
            outputs: object({ ...inputs, ...outputs }, [...required(inputs), ...alwaysThere(outputs)]),
        },
    ]);
    return JSON.stringify({
        name,
        version,
        description,
        config: {},
        provider: { type: "object" },
        resources: Object.fromEntries(resources) as unknown,
        functions: Object.fromEntries(functions) as unknown,
    });
}

function object(properties: Properties, names: readonly string[]): object {
    return { type: "object", properties: specs(properties), required: names };
}

function required(properties: Properties): readonly string[] {
    return Object.keys(properties).filter((name) => properties[name]?.required === true);
}

/** Outputs are there unless they say otherwise; inputs are the other way round. */
function alwaysThere(outputs: Properties): readonly string[] {
    return Object.keys(outputs).filter((name) => outputs[name]?.required !== false);
}

function specs(properties: Properties): object {
    return Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, spec(property)]));
}

function spec({ type, description, secret = false, replace = false }: Property): object {
    return {
        ...typeSpec(type),
        description,
        ...(secret ? { secret } : {}),
        ...(replace ? { replaceOnChanges: true } : {}),
    };
}

function typeSpec(type: PropertyType): object {
    if (typeof type === "object") {
        if ("listOf" in type) return { type: "array", items: typeSpec(type.listOf) };
        return { type: "object", additionalProperties: typeSpec(type.mapOf) };
    }
    switch (type) {
        case "any":
            return { $ref: "pulumi.json#/Any" };
        case "archive":
            return { $ref: "pulumi.json#/Archive" };
        case "asset":
            return { $ref: "pulumi.json#/Asset" };
        default:
            return { type };
    }
}
