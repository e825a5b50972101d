import assert from "node:assert/strict";
import { withDefaults } from "../../components/config/defaults";
import { checkTypes } from "../../components/config/parse";
import type { Problem } from "../../components/config/problems";
import { settingProblems } from "../../components/config/rules";

type Given = Readonly<Record<string, unknown>>;

/** What the rules say of settings that a stack file gives; the types must be right. Each problem has all its parts. */
export function judged(given: Given): readonly Problem[] {
    const { settings, problems } = checkTypes(given);
    assert.deepEqual(problems, [], "the types are wrong");
    const found = settingProblems(withDefaults(settings));
    for (const { where, what, fix } of found) assert.ok(where !== "" && what !== "" && fix !== "");
    return found;
}

/** The same in short: `where what`. */
export function said(given: Given): readonly string[] {
    return judged(given).map(({ where, what }) => `${where} ${what}`);
}

/** The only problem of some settings. */
export function onlyProblem(given: Given): Problem {
    const [first, ...more] = judged(given);
    assert.ok(first !== undefined, "nothing was refused");
    assert.deepEqual(more, []);
    return first;
}
