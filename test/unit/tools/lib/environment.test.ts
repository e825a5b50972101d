import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environmentLines } from "../../../../tools/commands/env";
import { passphraseCommand, pulumiEnvironment } from "../../../../tools/lib/environment";

const TOOLS = { env: { PATH: "/tools/bin:/usr/bin:/bin", PULUMI_HOME: "/tools/home" } };

describe("the environment of plain pulumi", () => {
    it("has the tools, the checkout's state, the stack and the key, and no passphrase", () => {
        const paths = {
            project: "/srv/my hearth",
            secretsFile: "secrets/full.sops.yaml",
            secretsEnv: { SOPS_AGE_KEY_FILE: "/state/age.key" },
        };
        assert.deepEqual(pulumiEnvironment(TOOLS, paths, "full"), {
            ...TOOLS.env,
            SOPS_AGE_KEY_FILE: "/state/age.key",
            PULUMI_BACKEND_URL: "file:///srv/my%20hearth/.hearth/state?metadata=skip",
            PULUMI_STACK: "full",
            PULUMI_PARALLEL: "64",
            GOGC: "400",
            PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
        });
    });

    it("reads the passphrase with sops, out of the encrypted file", () => {
        assert.deepEqual(passphraseCommand({ project: "/p", secretsFile: "secrets/a.sops.yaml" }), [
            ...["sops", "decrypt", "--extract", '["passphrase"]', "/p/secrets/a.sops.yaml"],
        ]);
    });
});

describe("the lines of make env", () => {
    let root: string;

    beforeEach(() => {
        root = mkdtempSync(join(tmpdir(), `hearth's "home" $x `));
        mkdirSync(join(root, "bin"));
        // Prints what it was asked for, and which key it would use.
        writeFileSync(join(root, "bin", "sops"), `#!/bin/sh\nprintf '%s|' "$@" "$SOPS_AGE_KEY_FILE"\n`, {
            mode: 0o755,
        });
    });

    afterEach(() => rmSync(root, { recursive: true }));

    it("give a shell exactly the variables, in a checkout of any name, and let it ask sops itself", () => {
        const key = join(root, "age.key");
        const paths = { project: root, secretsFile: "secrets/it's.sops.yaml", secretsEnv: { SOPS_AGE_KEY_FILE: key } };
        const variables = pulumiEnvironment({ env: { PATH: `${join(root, "bin")}:/usr/bin:/bin` } }, paths, "full");
        const lines = environmentLines(variables, paths);
        const script = `eval "$1"; for name in PATH PULUMI_BACKEND_URL PULUMI_STACK PULUMI_CONFIG_PASSPHRASE; do
            printenv "$name"; done`;
        const { stdout } = spawnSync("sh", ["-c", script, "sh", lines.join("\n")], { encoding: "utf8" });
        assert.deepEqual(stdout.split("\n"), [
            variables["PATH"],
            variables["PULUMI_BACKEND_URL"],
            "full",
            `decrypt|--extract|["passphrase"]|${join(root, "secrets/it's.sops.yaml")}|${key}|`,
            "",
        ]);
    });

    it("are one command each, so that every shell can read them", () => {
        for (const line of environmentLines({ A: "b c" }, { project: "/p", secretsFile: "s" })) {
            assert.match(line, /^export [A-Z_]+=/);
        }
    });
});
