import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const ROOT = join(__dirname, "..", "..");

/** A checkout with nothing but what running tests takes: mocha, its settings, the helpers, and tests of one's own. */
export class TestProject {
    public readonly folder = mkdtempSync(join(tmpdir(), "hearth-test-project-"));

    public constructor() {
        for (const folder of ["test", "tools"]) mkdirSync(join(this.folder, folder));
        const files = [".mocharc.json", "tsconfig.json", "tools/transpile.js"];
        for (const file of files) copyFileSync(join(ROOT, file), join(this.folder, file));
        symlinkSync(join(ROOT, "test", "helpers"), join(this.folder, "test", "helpers"));
        mkdirSync(join(this.folder, "node_modules", ".bin"), { recursive: true });
        for (const name of ["mocha", "typescript"]) {
            symlinkSync(join(ROOT, "node_modules", name), join(this.folder, "node_modules", name));
        }
    }

    /** Writes a file, with the folders above it. */
    public file(path: string, text: string): this {
        mkdirSync(dirname(join(this.folder, path)), { recursive: true });
        writeFileSync(join(this.folder, path), text);
        return this;
    }

    /** A check, as a shell script. */
    public check(name: string, script: string): this {
        const path = join("node_modules", ".bin", name);
        this.file(path, `#!/bin/sh\n${script}\n`);
        chmodSync(join(this.folder, path), 0o755);
        return this;
    }

    public remove(): void {
        rmSync(this.folder, { recursive: true, force: true });
    }
}
