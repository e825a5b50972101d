/** Types that Pulumi knows for a declared setting. */
export type SettingType = "string" | "integer" | "boolean" | "array" | "object";

/** One setting: the source of its declaration in Pulumi.yaml, of its check, and of its row in the README. */
export interface SettingSpec {
    readonly type: SettingType;
    readonly default?: string | number | boolean | readonly string[];
    /** One sentence; the reason of the default where there is one. */
    readonly description: string;
    /** Closed set of values. */
    readonly values?: readonly string[];
    /** Keys of an object and their types; absent for maps with free keys. */
    readonly fields?: Readonly<Record<string, FieldSpec>>;
    /** Type of a free-keyed map's values; `list` is a list of texts. */
    readonly mapOf?: "string" | "list";
}

export interface FieldSpec {
    readonly type: "string" | "integer" | "boolean";
    readonly default?: string | number | boolean;
    readonly description: string;
}
