import type { GivenSettings } from "./parse";
import { SETTINGS, type SettingName } from "./settings";

type Value<T> = T extends "string" ? string : T extends "integer" ? number : T extends "boolean" ? boolean : never;

/** A value of a closed set, where there is one: `checkTypes` drops every other. */
type Scalar<S> = S extends { values: readonly (infer V)[] } ? V : S extends { type: infer T } ? Value<T> : never;

type Spec<N extends SettingName> = (typeof SETTINGS)[N];

type SettingValue<N extends SettingName> =
    Spec<N> extends { fields: infer F }
        ? { readonly [K in keyof F]: Scalar<F[K]> }
        : Spec<N> extends { mapOf: "list" }
          ? Readonly<Record<string, readonly string[]>>
          : Spec<N> extends { mapOf: string }
            ? Readonly<Record<string, string>>
            : Spec<N> extends { type: "array" }
              ? readonly string[]
              : Scalar<Spec<N>>;

/** Every setting with its default filled in; those without a default may be undefined. */
export type Settings = {
    readonly [N in SettingName]: Spec<N> extends { default: unknown } | { type: "object" }
        ? SettingValue<N>
        : SettingValue<N> | undefined;
};

/** Fills in defaults. `given` has passed `checkTypes`, which is what makes the assertion below true. */
export function withDefaults(given: GivenSettings): Settings {
    const entries = Object.entries(SETTINGS).map(([name, spec]): [string, unknown] => {
        const value: unknown = given[name as SettingName];
        if (spec.type !== "object") return [name, value ?? ("default" in spec ? spec.default : undefined)];
        const fields = "fields" in spec ? Object.entries(spec.fields).map(([key, field]) => [key, field.default]) : [];
        return [name, { ...Object.fromEntries(fields), ...(typeof value === "object" ? value : {}) }];
    });
    return Object.fromEntries(entries) as Settings;
}
