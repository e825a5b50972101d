import type { FieldSpec, SettingSpec } from "../../components/config/setting-spec";
import { SETTING_NAMES, settingSpec, type SettingName } from "../../components/config/settings";
import { code, codes, table } from "./table";

/** Every setting and every field of one, as a table. */
export function settingsTable(): string {
    return table(["setting", "type", "default", "what it does"], SETTING_NAMES.flatMap(rowsOf));
}

function rowsOf(name: SettingName): readonly (readonly string[])[] {
    const spec = settingSpec(name);
    const fields = Object.entries(spec.fields ?? {}).map(([key, field]) => [
        code(`hearth:${name}.${key}`),
        field.type,
        defaultText(field),
        field.description,
    ]);
    return [[code(`hearth:${name}`), typeText(spec), defaultText(spec), spec.description], ...fields];
}

function typeText({ type, values, mapOf }: SettingSpec): string {
    if (values !== undefined) return `one of ${codes(values)}`;
    if (mapOf !== undefined) return `map of ${mapOf}s`;
    return type === "array" ? "list of strings" : type;
}

function defaultText({ default: value }: Pick<SettingSpec | FieldSpec, "default">): string {
    if (value === undefined || value === "") return "";
    return typeof value === "object" ? codes(value) : code(String(value));
}
