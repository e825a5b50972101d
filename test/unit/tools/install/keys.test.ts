import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { buildKey, definitionHash, releaseKey, standInKey } from "../../../../tools/install/keys";
import type { GoModule, Release } from "../../../../tools/install/tool-spec";

const LINUX = { os: "linux", arch: "amd64" } as const;
const MODULE: GoModule = { folder: "m", packages: { tool: "example.org/tool" }, ldflags: "-s -w", minutes: 1 };
const RELEASE: Release = {
    downloads: [{ version: "1.0.0", url: "https://e.org/a", binary: "a", checksums: "https://e.org/a.sha256" }],
};

describe("keys of the cache", () => {
    let project: string;
    const write = (file: string, text: string): void => {
        mkdirSync(dirname(join(project, file)), { recursive: true });
        writeFileSync(join(project, file), text);
    };

    beforeEach(() => {
        project = mkdtempSync(join(tmpdir(), "hearth-keys-"));
        write("tools/modules/m/go.mod", "module m\n");
        write("tools/modules/m/go.sum", "a h1:x\n");
        write("tools/modules/m/main.go", "package main\n");
        write("tools/plugins/p/main.ts", "1;\n");
        write("tools/plugins/shared/protocol.ts", "2;\n");
        write("tools/install/a.ts", "3;\n");
        write("tools/registry.ts", "4;\n");
        write("tools/test-programs.ts", "5;\n");
        write("components/config/registry.json", "6\n");
        write("package-lock.json", "{}\n");
    });

    afterEach(() => rmSync(project, { recursive: true }));

    /** Asserts that each change alone gives another key, and that none gives the same one. */
    function assertSensitive(key: () => string, files: readonly string[]): void {
        const before = key();
        assert.equal(key(), before);
        const keys = files.map((file) => {
            write(file, `changed ${file}`);
            return key();
        });
        assert.equal(new Set([before, ...keys]).size, files.length + 1);
    }

    it("of a build differ with every file of the module", () => {
        const files = ["go.mod", "go.sum", "main.go", "extra.go", "program/main.go"].map(
            (file) => `tools/modules/m/${file}`,
        );
        assertSensitive(() => buildKey(project, MODULE, LINUX), files);
    });

    it("of a build differ with flags, packages and platform", () => {
        const keys = [
            buildKey(project, MODULE, LINUX),
            buildKey(project, { ...MODULE, ldflags: "-s" }, LINUX),
            buildKey(project, { ...MODULE, packages: { other: "example.org/other" } }, LINUX),
            buildKey(project, { ...MODULE, multiCall: "tool" }, LINUX),
            buildKey(project, MODULE, { os: "linux", arch: "arm64" }),
            buildKey(project, MODULE, { os: "darwin", arch: "amd64" }),
        ];
        assert.equal(new Set(keys).size, keys.length);
    });

    it("of a build stay the same when something else changes, above all how long it takes", () => {
        const before = buildKey(project, MODULE, LINUX);
        write("tools/plugins/p/main.ts", "changed");
        write("tools/modules/m/README.md", "changed");
        assert.equal(buildKey(project, { ...MODULE, minutes: 9 }, LINUX), before);
    });

    it("of a release differ with its address and platform", () => {
        const [download] = RELEASE.downloads;
        assert.ok(download !== undefined);
        const other: Release = { downloads: [{ ...download, version: "1.0.1" }] };
        const keys = [
            releaseKey(RELEASE, LINUX),
            releaseKey(other, LINUX),
            releaseKey(RELEASE, { os: "darwin", arch: "arm64" }),
        ];
        assert.equal(new Set(keys).size, keys.length);
    });

    it("of a stand-in differ with all plugins' sources and with the packages that are bundled", () => {
        const files = ["tools/plugins/p/main.ts", "tools/plugins/shared/protocol.ts", "package-lock.json"];
        assertSensitive(() => standInKey(project, "p"), files);
        assert.notEqual(standInKey(project, "p"), standInKey(project, "q"));
    });

    it("of the definitions differ with registry, installer, modules, plugins and packages", () => {
        const files = [
            "tools/registry.ts",
            "tools/test-programs.ts",
            "components/config/registry.json",
            "tools/install/a.ts",
            "tools/install/new.ts",
            "tools/modules/m/go.sum",
            "tools/plugins/p/main.ts",
            "package-lock.json",
        ];
        assertSensitive(() => definitionHash(project), files);
    });

    it("do not depend on where the checkout is", () => {
        const key = buildKey(project, MODULE, LINUX);
        const definition = definitionHash(project);
        const first = project;
        project = mkdtempSync(join(tmpdir(), "hearth-other-"));
        try {
            for (const [file, text] of [
                ["tools/modules/m/go.mod", "module m\n"],
                ["tools/modules/m/go.sum", "a h1:x\n"],
                ["tools/modules/m/main.go", "package main\n"],
                ["tools/plugins/p/main.ts", "1;\n"],
                ["tools/plugins/shared/protocol.ts", "2;\n"],
                ["tools/install/a.ts", "3;\n"],
                ["tools/registry.ts", "4;\n"],
                ["tools/test-programs.ts", "5;\n"],
                ["components/config/registry.json", "6\n"],
                ["package-lock.json", "{}\n"],
            ] as const) {
                write(file, text);
            }
            assert.equal(buildKey(project, MODULE, LINUX), key);
            assert.equal(definitionHash(project), definition);
        } finally {
            rmSync(project, { recursive: true });
            project = first;
        }
    });
});
