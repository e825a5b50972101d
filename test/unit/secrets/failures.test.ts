import assert from "node:assert/strict";
import { decryptionProblem, encryptionProblem, hasNoRule } from "../../../tools/secrets/failures";
import { identitySources } from "../../../tools/secrets/identities";
import { recipientsOf } from "../../../tools/secrets/secrets-file";

const FACTS = {
    file: "secrets/dev-fast.sops.yaml",
    recipients: ["age1theirs"],
    identities: [{ name: "SOPS_AGE_KEY_FILE", file: "/k", recipients: ["age1mine"] }],
    ownKey: "/state/age.key",
};

describe("decryptionProblem", () => {
    it("names the recipients of the file, the keys at hand and both remedies when no key fits", () => {
        const { what, fix } = decryptionProblem({ status: 128, stderr: "" }, FACTS);
        assert.equal(what, "is encrypted for age1theirs, but the keys at hand are age1mine (SOPS_AGE_KEY_FILE)");
        assert.match(fix, /put the right key into \/state\/age\.key/);
        assert.match(fix, /sops rotate -i --add-age age1mine secrets\/dev-fast\.sops\.yaml/);
    });

    it("says so when there is no key at all", () => {
        const { what } = decryptionProblem({ status: 128, stderr: "" }, { ...FACTS, identities: [] });
        assert.match(what, /but there is no age key on this machine/);
    });

    it("tells tampered, plain and malformed files apart", () => {
        const what = (status: number, stderr: string): string => {
            const problem = decryptionProblem({ status, stderr }, FACTS);
            return `${problem.where} ${problem.what}`;
        };
        for (const status of [24, 51, 52]) assert.match(what(status, ""), /checksum \(MAC\) does not match/);
        assert.match(what(25, ""), /a value in it is not what sops encrypted/);
        assert.match(what(1, "sops metadata not found"), /is not encrypted/);
        assert.match(
            what(1, "yaml: line 17: did not find expected key"),
            /^secrets\/dev-fast\.sops\.yaml:17 is not YAML/,
        );
        assert.match(what(1, "error loading config: yaml: line 1"), /^\.sops\.yaml cannot be read/);
        assert.match(what(9, ""), /status 9/);
    });

    it("never repeats what sops said, since that may quote a value", () => {
        for (const status of [1, 24, 25, 51, 128]) {
            const problem = decryptionProblem({ status, stderr: "Input string hunter2 yaml: hunter2" }, FACTS);
            assert.doesNotMatch(JSON.stringify(problem), /hunter2/);
        }
    });
});

describe("encryptionProblem", () => {
    it("tells what is wrong with the rules", () => {
        const what = (stderr: string): string => encryptionProblem({ status: 1, stderr }, FACTS.file).what;
        assert.match(what("Could not generate data key: [empty key group provided]"), /names no recipient/);
        assert.match(what("failed to parse input as Bech32-encoded age public key"), /is no public key/);
        assert.match(what("error loading config: Could not unmarshal config file"), /cannot be read/);
    });

    it("is not asked where no rule applies", () => {
        assert.ok(hasNoRule({ stderr: "error loading config: no matching creation rules found" }));
        assert.ok(hasNoRule({ stderr: "config file not found, or has no creation rules, and no keys provided" }));
        assert.ok(!hasNoRule({ stderr: "error loading config: Could not unmarshal config file" }));
    });
});

describe("identitySources", () => {
    const names = (env: NodeJS.ProcessEnv, platform: NodeJS.Platform = "linux"): readonly string[] =>
        identitySources({ stateDir: "/state", env }, platform, "/home/me").map(({ name }) => name);

    it("asks the user's variables first, then Hearth's key, then sops' default place", () => {
        assert.deepEqual(names({ SOPS_AGE_KEY: "AGE-SECRET-KEY-1", SOPS_AGE_KEY_FILE: "/k" }), [
            "SOPS_AGE_KEY",
            "SOPS_AGE_KEY_FILE",
            "/state/age.key",
            "/home/me/.config/sops/age/keys.txt",
        ]);
    });

    it("takes empty variables for none", () => {
        assert.equal(names({ SOPS_AGE_KEY: " ", SOPS_AGE_KEY_FILE: "" }).length, 2);
    });

    it("knows where sops looks on macOS and with XDG_CONFIG_HOME", () => {
        assert.equal(names({}, "darwin").at(-1), "/home/me/Library/Application Support/sops/age/keys.txt");
        for (const platform of ["darwin", "linux"] as const) {
            assert.equal(names({ XDG_CONFIG_HOME: "/xdg" }, platform).at(-1), "/xdg/sops/age/keys.txt");
        }
    });
});

describe("recipientsOf", () => {
    it("reads recipients from the metadata, in key groups, too, and none from anything else", () => {
        assert.deepEqual(recipientsOf("sops: {age: [{recipient: age1a, enc: x}, {recipient: age1b}]}"), [
            "age1a",
            "age1b",
        ]);
        assert.deepEqual(recipientsOf("sops: {key_groups: [{age: [{recipient: age1c}]}]}"), ["age1c"]);
        for (const text of ["", "[", "a: b", "sops: 1", "sops: {age: 1}"]) assert.deepEqual(recipientsOf(text), []);
    });
});
