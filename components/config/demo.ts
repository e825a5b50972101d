import { APPLICATION_SETTINGS } from "./application-settings";
import type { Settings } from "./defaults";

/** Folder of the demo application in the rendered trees. */
export const DEMO_FOLDER = "demo";

/** Database of the demo, and the role that owns it. */
export const DEMO_DATABASE = "shop";

/** Namespace that the rendered trees put the demo into: the presets' first one. */
export const DEMO_NAMESPACE: string = APPLICATION_SETTINGS.applicationNamespaces.default[0];

/** The databases of a stack: those that its settings list, and the demo's where that is on. */
export function databasesOf({ databases, demo }: Pick<Settings, "databases" | "demo">): readonly string[] {
    return demo ? [...databases, DEMO_DATABASE] : databases;
}
