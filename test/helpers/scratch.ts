import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for the tests of a suite, removed after them, also when they fail. */
export function scratchFolder(): () => string {
    let folder: string | undefined;
    before(() => {
        folder = mkdtempSync(join(tmpdir(), "hearth-programs-"));
    });
    after(() => {
        if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    });
    return () => {
        if (folder === undefined) throw new Error("the folder is there while tests run only");
        return folder;
    };
}
