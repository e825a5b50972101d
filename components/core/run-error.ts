import * as pulumi from "@pulumi/pulumi";
import { UserError, withoutStack } from "../config/problems";

/**
 * Does something of the program that a user's mistake can stop. Pulumi shows a RunError as it is, and anything else with
 * a stack trace.
 * @throws pulumi.RunError with every problem and its fix, instead of a UserError
 */
export function tellingMistakes<T>(action: () => T): T {
    try {
        return action();
    } catch (error) {
        if (error instanceof UserError) throw withoutStack(new pulumi.RunError(error.message));
        throw error;
    }
}
