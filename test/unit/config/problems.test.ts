import assert from "node:assert/strict";
import { inspect } from "node:util";
import { formatProblems, withoutStack } from "../../../components/config/problems";

describe("problems", () => {
    const problem = { where: "hearth:workers", what: "11 is not between 0 and 10", fix: "choose fewer" };

    it("say how many they are, and of each where, what and how to fix it", () => {
        assert.equal(
            formatProblems("stack s is not valid", [problem]),
            "stack s is not valid (1 problem):\n  - hearth:workers: 11 is not between 0 and 10\n    fix: choose fewer",
        );
        assert.match(formatProblems("x", [problem, problem]), /^x \(2 problems\):/);
    });
});

describe("an error without its stack", () => {
    it("stays the same error, and has no frame that somebody could format", () => {
        const error = new RangeError("too much");
        assert.equal(withoutStack(error), error);
        assert.equal(error.stack, "RangeError: too much");
        assert.doesNotMatch(inspect(error, { colors: true }), /\bat /);
    });
});
