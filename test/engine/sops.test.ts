import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
    existsSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    readdirSync,
    rmSync,
    statSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../components/config/problems";
import { overview, setValue } from "../../tools/commands/secrets";
import { decryptPassphrase, ensureSecrets, type Secrets } from "../../tools/secrets/ensure";
import { changeFile, decryptFile } from "../../tools/secrets/secrets-file";
import type { SecretsContext } from "../../tools/secrets/sops";
import { skip } from "../helpers/skip";

const FILE = "secrets/dev-fast.sops.yaml";
const PATH = process.env["PATH"] ?? "";
const available = (tool: string): boolean =>
    spawnSync(tool, ["--help"], { env: { PATH }, stdio: "ignore" }).error === undefined;

describe("the secrets file, with the official sops", function () {
    this.timeout(60_000);
    let folder = "";

    before(function () {
        if (!available("sops") || !available("age-keygen")) skip(this, "there are no sops and age-keygen on PATH");
    });
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "secrets-"));
        mkdirSync(join(folder, "project"));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    const context = (env: NodeJS.ProcessEnv = {}): SecretsContext => ({
        project: join(folder, "project"),
        file: FILE,
        stateDir: join(folder, "state"),
        env: { PATH, HOME: folder, ...env },
    });
    const ensure = (paths: SecretsContext = context(), more: { hasState?: boolean } = {}): Promise<Secrets> =>
        ensureSecrets({ stack: "dev-fast", paths, databases: ["app"], ...more });
    const path = (): string => join(folder, "project", FILE);
    const content = (): string => readFileSync(path(), "utf8");
    const keyAt = (file: string): string => {
        mkdirSync(join(file, ".."), { recursive: true });
        spawnSync("age-keygen", ["-o", file], { env: { PATH }, stdio: "ignore" });
        return spawnSync("age-keygen", ["-y", file], { env: { PATH }, encoding: "utf8" }).stdout.trim();
    };
    const rules = (text: string): void => writeFileSync(join(folder, "project", ".sops.yaml"), text);
    /** The one problem of an action that must fail and leave the file as it is. */
    const problemOf = async (action: () => Promise<unknown>): Promise<string> => {
        const before = existsSync(path()) ? content() : undefined;
        try {
            await action();
        } catch (error) {
            assert.ok(error instanceof UserError, String(error));
            assert.equal(error.problems.length, 1);
            assert.equal(existsSync(path()) ? content() : undefined, before);
            const leftovers = existsSync(join(path(), "..")) ? readdirSync(join(path(), "..")) : [];
            assert.ok(
                leftovers.every((name) => name === "dev-fast.sops.yaml"),
                leftovers.join(),
            );
            return error.message;
        }
        return assert.fail("nothing failed");
    };

    it("is made on a fresh clone, with a key of this machine, both private", async () => {
        const { passphrase, values, created, env } = await ensure();
        assert.equal(created, true);
        assert.match(passphrase, /^[A-Za-z0-9_-]{43}$/);
        assert.deepEqual(values.postgresql.ownerPasswords, {});
        assert.equal(statSync(path()).mode & 0o777, 0o600);
        assert.equal(statSync(join(folder, "state")).mode & 0o777, 0o700);
        assert.equal(statSync(join(folder, "state", "age.key")).mode & 0o777, 0o600);
        assert.equal(env["SOPS_AGE_KEY_FILE"], join(folder, "state", "age.key"));
        assert.ok(!content().includes(passphrase));
        assert.deepEqual(readdirSync(join(folder, "project", "secrets")), ["dev-fast.sops.yaml"]);
    });

    it("stays as it is from then on", async () => {
        const first = await ensure();
        const before = content();
        const second = await ensure();
        assert.deepEqual([second.created, second.passphrase, content()], [false, first.passphrase, before]);
        assert.equal(await decryptPassphrase(context()), first.passphrase);
    });

    it("is made once by runs that start together", async () => {
        const runs = await Promise.all([ensure(), ensure(), ensure()]);
        assert.equal(runs.filter(({ created }) => created).length, 1);
        assert.equal(new Set(runs.map(({ passphrase }) => passphrase)).size, 1);
    });

    for (const [where, use] of [
        ["SOPS_AGE_KEY_FILE", (file: string) => ({ SOPS_AGE_KEY_FILE: file })],
        ["SOPS_AGE_KEY", (file: string) => ({ SOPS_AGE_KEY: readFileSync(file, "utf8").split("\n").at(-2) ?? "" })],
    ] as const) {
        it(`uses the key in ${where} as it is and makes none`, async () => {
            const recipient = keyAt(join(folder, "mine"));
            await ensure(context(use(join(folder, "mine"))));
            assert.ok(content().includes(recipient));
            assert.equal(existsSync(join(folder, "state", "age.key")), false);
        });
    }

    it("uses the key in sops' default place as it is and makes none", async () => {
        const recipient = keyAt(join(folder, ".config", "sops", "age", "keys.txt"));
        await ensure();
        assert.ok(content().includes(recipient));
        assert.equal(existsSync(join(folder, "state", "age.key")), false);
    });

    it("is made for the recipients that .sops.yaml names", async () => {
        const [mine, theirs] = [keyAt(join(folder, "state", "age.key")), keyAt(join(folder, "theirs"))];
        rules(`creation_rules:\n  - path_regex: secrets/\n    age: ${mine},${theirs}\n`);
        const { passphrase } = await ensure();
        assert.ok(content().includes(mine) && content().includes(theirs));
        const colleague = { ...context({ SOPS_AGE_KEY_FILE: join(folder, "theirs") }), stateDir: join(folder, "none") };
        assert.equal(await decryptPassphrase(colleague), passphrase);
    });

    it("is made for this machine's key where .sops.yaml has no rule for it", async () => {
        rules(`creation_rules:\n  - path_regex: other/\n    age: ${keyAt(join(folder, "theirs"))}\n`);
        assert.equal((await ensure()).created, true);
    });

    it("is not made when .sops.yaml leaves its maker out", async () => {
        const [mine, theirs] = [keyAt(join(folder, "state", "age.key")), keyAt(join(folder, "theirs"))];
        rules(`creation_rules:\n  - path_regex: secrets/\n    age: ${theirs}\n`);
        const message = await problemOf(() => ensure());
        assert.match(message, new RegExp(`is encrypted for ${theirs}, but the keys at hand are ${mine}`));
    });

    it("is not made by rules that are wrong", async () => {
        for (const [text, expected] of [
            ["creation_rules:\n  - path_regex: secrets/\n", /names no recipient/],
            ["creation_rules:\n  - path_regex: secrets/\n    age: age1xyz\n", /is no public key/],
            ["creation_rules:\n  - a: b\n c: d\n", /\.sops\.yaml: cannot be read/],
        ] as const) {
            rules(text);
            assert.match(await problemOf(() => ensure()), expected);
        }
    });

    it("is not made anew for a stack that has a state", async () => {
        assert.match(
            await problemOf(() => ensure(context(), { hasState: true })),
            /is missing, but stack dev-fast has a state/,
        );
    });

    it("says whose key is needed when the wrong one is there, or none", async () => {
        await ensure();
        const owner = keyAt(join(folder, "wrong"));
        rmSync(join(folder, "state"), { recursive: true });
        assert.match(
            await problemOf(() => ensure()),
            /is encrypted for age1\w+, but there is no age key on this machine/,
        );
        const wrong = context({ SOPS_AGE_KEY_FILE: join(folder, "wrong") });
        assert.match(
            await problemOf(() => ensure(wrong)),
            new RegExp(`keys at hand are ${owner} \\(SOPS_AGE_KEY_FILE\\)`),
        );
        const missing = context({ SOPS_AGE_KEY_FILE: join(folder, "nowhere") });
        assert.match(await problemOf(() => ensure(missing)), /SOPS_AGE_KEY_FILE: names .*nowhere, which is not there/);
    });

    it("says what was done to a file that was changed without sops", async () => {
        await ensure();
        const whole = content();
        for (const [change, expected] of [
            [
                (text: string) => text.replace(/^(passphrase: ENC\[AES256_GCM,data:).{4}/, "$1AAAA"),
                /is not what sops encrypted/,
            ],
            [
                (text: string) => text.replace("values: {}", "values: {grafana: {adminPassword: hunter2}}"),
                /is not what sops/,
            ],
            [(text: string) => text.replace(/ {4}mac: .*\n/, ""), /checksum \(MAC\) does not match/],
            [
                (text: string) => text.replace(/lastmodified: .*/, 'lastmodified: "2020-01-01T00:00:00Z"'),
                /checksum \(MAC\)/,
            ],
            [(text: string) => `${text}  :::{[\n`, /is not YAML/],
            [() => "passphrase: hunter2\n", /is not encrypted/],
            [() => "", /is not encrypted/],
        ] as const) {
            writeFileSync(path(), change(whole));
            const message = await problemOf(() => ensure());
            assert.match(message, expected);
            assert.doesNotMatch(message, /hunter2/);
        }
    });

    it("says that sops is missing", async () => {
        await ensure();
        assert.match(await problemOf(() => ensure({ ...context(), env: { PATH: folder } })), /sops: is not on PATH/);
    });

    it("takes, keeps and shows chosen values without telling them", async () => {
        await ensure();
        const change = { paths: context(), databases: ["app"] };
        await silently(() => setValue(change, "grafana.adminPassword", "correct-horse"));
        await silently(() => setValue(change, "postgresql.ownerPasswords.app", "battery-staple"));
        const { values } = await ensure();
        assert.equal(values.grafana.adminPassword, "correct-horse");
        assert.equal(values.postgresql.ownerPasswords["app"], "battery-staple");
        const shown = await overview(change);
        assert.match(shown, /grafana\.adminPassword +chosen/);
        assert.match(shown, /grafana\.adminUser +default \(admin\)/);
        assert.match(shown, /garage\.rpcSecret +generated/);
        assert.doesNotMatch(shown + content(), /correct-horse|battery-staple/);
        assert.equal(statSync(path()).mode & 0o777, 0o600);
    });

    it("sets both halves of a key one after the other", async () => {
        await ensure();
        const change = { paths: context(), databases: [] };
        await silently(() => setValue(change, "garage.keys.loki.id", `GK${"a1".repeat(12)}`));
        await silently(() => setValue(change, "garage.keys.loki.secret", "b2".repeat(32)));
        assert.equal((await ensure()).values.garage.keys.loki?.secret, "b2".repeat(32));
    });

    it("refuses a value, a path or a passphrase that it must not set", async () => {
        await ensure();
        const set = (where: string, value: string) => () => setValue({ paths: context(), databases: [] }, where, value);
        assert.match(await problemOf(set("garage.rpcSecret", "hunter2")), /must be 64 lower-case hex digits/);
        assert.match(await problemOf(set("grafana.password", "hunter2")), /did you mean/);
        assert.match(await problemOf(set("passphrase", "hunter2")), /is set, and the stack's state/);
    });

    it("gets a new data key by rotation and keeps its content", async () => {
        const { passphrase } = await ensure();
        const before = content();
        await changeFile(context(), ["rotate", "--in-place", "{file}"]);
        assert.notEqual(content(), before);
        assert.equal(await decryptPassphrase(context()), passphrase);
    });

    it("is as before when a change fails", async () => {
        await ensure();
        assert.match(await problemOf(() => changeFile(context(), ["set", "{file}", "nonsense", '"x"'])), /sops failed/);
    });

    it("refuses a file without a passphrase, and takes one", async () => {
        await ensure();
        await changeFile(context(), ["unset", "{file}", '["passphrase"]']);
        assert.match(await problemOf(() => ensure()), /has no passphrase/);
        await silently(() => setValue({ paths: context(), databases: [] }, "passphrase", "a-passphrase"));
        assert.equal((await ensure()).passphrase, "a-passphrase");
    });

    it("is decrypted by the program's own script, with this machine's key", async () => {
        await ensure();
        await silently(() => setValue({ paths: context(), databases: [] }, "grafana.adminUser", "ops"));
        const script = join(__dirname, "../../components/secrets/scripts/decrypt.sh");
        const run = (env: NodeJS.ProcessEnv) =>
            spawnSync("bash", [script], {
                cwd: context().project,
                encoding: "utf8",
                env: { PATH, HOME: folder, SECRETS_FILE: FILE, ...env },
            });
        const { status, stdout } = run({ HEARTH_STATE_DIR: join(folder, "state") });
        assert.deepEqual([status, JSON.parse(stdout)], [0, { grafana: { adminUser: "ops" } }]);
        const refused = run({});
        assert.notEqual(refused.status, 0);
        assert.equal(refused.stdout, "");
    });

    it("reads what it wrote", async () => {
        const { passphrase } = await ensure();
        assert.deepEqual(await decryptFile(context()), { passphrase, values: {} });
    });
});

/** Runs an action without what it tells the user. */
async function silently<T>(action: () => Promise<T>): Promise<T> {
    const log = console.log;
    console.log = () => undefined;
    try {
        return await action();
    } finally {
        console.log = log;
    }
}
