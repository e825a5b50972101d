import { tellingMistakes } from "../core/run-error";
import { hasLayer, type PlatformConfig } from "../config/schema";
import { loadApplications } from "./read-tree";
import type { Application } from "./tree";

/**
 * What the program applies of the rendered tree, which is nothing where Argo CD does that.
 * @throws pulumi.RunError with every problem and its fix, without a stack trace
 */
export function programApplications(config: PlatformConfig): readonly Application[] {
    if (hasLayer(config, "argocd")) return [];
    return tellingMistakes(() => loadApplications(process.cwd(), config));
}
