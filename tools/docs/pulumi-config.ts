import { stringify } from "yaml";
import type { SettingSpec } from "../../components/config/setting-spec";
import { SETTING_NAMES, settingSpec, type SettingName } from "../../components/config/settings";

/** One setting as Pulumi.yaml declares it. */
interface Declaration {
    readonly type: SettingSpec["type"];
    readonly items?: { readonly type: "string" };
    readonly default: unknown;
    readonly description: string;
}

/**
 * The section `config` of Pulumi.yaml. Pulumi checks the types and shows the defaults in `pulumi config`.
 *
 * Every setting has a default there, since Pulumi insists on a value of its own for one that has none: the empty text
 * where the program has none. The default of a map is the empty map: Pulumi does not merge a stack's fields into it,
 * so that listing the fields' defaults would show them only until the first field is set.
 */
export function pulumiConfig(): string {
    const declarations = SETTING_NAMES.map((name) => [`hearth:${name}`, declaration(name)] as const);
    return stringify({ config: Object.fromEntries(declarations) }, { lineWidth: 0 });
}

function declaration(name: SettingName): Declaration {
    const spec = settingSpec(name);
    return {
        type: spec.type,
        ...(spec.type === "array" ? { items: { type: "string" } } : {}),
        default: defaultOf(spec),
        description: [spec.description, ...hints(spec)].join(" "),
    };
}

function defaultOf({ type, default: value }: SettingSpec): unknown {
    return value ?? (type === "object" ? {} : "");
}

function hints({ values, fields }: SettingSpec): readonly string[] {
    if (values !== undefined) return [`One of ${values.join(", ")}.`];
    return fields === undefined ? [] : [`Fields: ${Object.keys(fields).join(", ")}.`];
}
