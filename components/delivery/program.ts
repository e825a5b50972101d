import * as pulumi from "@pulumi/pulumi";
import { UserError, withoutStack } from "../config/problems";
import { hasLayer, type PlatformConfig } from "../config/schema";
import { loadApplications } from "./read-tree";
import type { Application } from "./tree";

/**
 * What the program applies of the rendered tree, which is nothing where Argo CD does that.
 * @throws pulumi.RunError with every problem and its fix, without a stack trace
 */
export function programApplications(config: PlatformConfig): readonly Application[] {
    if (hasLayer(config, "argocd")) return [];
    try {
        return loadApplications(process.cwd(), config);
    } catch (error) {
        if (error instanceof UserError) throw withoutStack(new pulumi.RunError(error.message));
        throw error;
    }
}
