import assert from "node:assert/strict";
import fc from "fast-check";
import { checkTypes, parseEntries, suggestion } from "../../../components/config/parse";
import { SETTING_NAMES, settingSpec } from "../../../components/config/settings";
import { withDefaults } from "../../../components/config/defaults";

describe("parsing of settings", () => {
    it("reads every type from the text that Pulumi hands over", () => {
        const { settings, problems } = parseEntries({
            workers: "2",
            setCurrentContext: "true",
            layers: '["traefik"]',
            kind: '{"eventTtl":"30m"}',
            clusterName: "mine",
        });
        assert.deepEqual(problems, []);
        assert.deepEqual(settings, {
            workers: 2,
            setCurrentContext: true,
            layers: ["traefik"],
            kind: { eventTtl: "30m" },
            clusterName: "mine",
        });
    });

    it("reports every wrong name and type at once, each with its fix", () => {
        const { problems } = parseEntries({
            worker: "2",
            workers: "two",
            setCurrentContext: "maybe",
            layers: "traefik",
            kind: '{"evenTtl":"1h","unsafeNoFsync":"yes"}',
            images: '{"loki":3}',
            cni: "calico",
        });
        assert.deepEqual(
            problems.map(({ where }) => where),
            [
                "hearth:worker",
                "hearth:workers",
                "hearth:setCurrentContext",
                "hearth:layers",
                "hearth:kind.evenTtl",
                "hearth:kind.unsafeNoFsync",
                "hearth:images.loki",
                "hearth:cni",
            ],
        );
        for (const { fix, what } of problems) {
            assert.notEqual(fix, "");
            assert.notEqual(what, "");
        }
        assert.match(problems[0]?.fix ?? "", /did you mean workers\?/);
        assert.match(problems[4]?.fix ?? "", /did you mean eventTtl\?/);
    });

    it("keeps what is right beside what is wrong, so that later rules can be reported too", () => {
        assert.deepEqual(parseEntries({ workers: "2", nonsense: "1" }).settings, { workers: 2 });
    });

    it("takes numbers and truths as texts, which `pulumi config set` writes into stack files", () => {
        const { settings, problems } = checkTypes({
            workers: "2",
            portOffset: "-1",
            setCurrentContext: "true",
            kind: { imageGcHigh: "90", leaderElection: "false", eventTtl: "15" },
        });
        assert.deepEqual(problems, []);
        assert.deepEqual(settings, {
            workers: 2,
            portOffset: -1,
            setCurrentContext: true,
            kind: { imageGcHigh: 90, leaderElection: false, eventTtl: "15" },
        });
        const wrong = checkTypes({ workers: "2.5", portOffset: "", setCurrentContext: "yes" }).problems;
        assert.deepEqual(
            wrong.map(({ where }) => where),
            ["hearth:workers", "hearth:portOffset", "hearth:setCurrentContext"],
        );
    });

    it("reads a map of lists alike from Pulumi's texts and from a stack file", () => {
        const roles = { admin: ["alice", "bob"], nobody: [] };
        const rolePaths = { "/admin/*": "admin" };
        const fromTexts = parseEntries({ roles: JSON.stringify(roles), rolePaths: JSON.stringify(rolePaths) });
        assert.deepEqual(fromTexts, { settings: { roles, rolePaths }, problems: [] });
        assert.deepEqual(checkTypes({ roles, rolePaths }), { settings: { roles, rolePaths }, problems: [] });
        assert.deepEqual(withDefaults(fromTexts.settings).roles, roles);
        assert.deepEqual(withDefaults({}).roles, {});
    });

    it("reports what is no list of texts in a map of lists, with its place", () => {
        for (const parse of [
            (roles: unknown) => parseEntries({ roles: JSON.stringify(roles) }),
            (roles: unknown) => checkTypes({ roles }),
        ]) {
            const { settings, problems } = parse({
                admin: "alice",
                reader: ["bob", 3],
                writer: { a: "b" },
                owner: null,
            });
            assert.deepEqual(
                problems.map(({ where }) => where),
                ["hearth:roles.admin", "hearth:roles.reader[1]", "hearth:roles.writer", "hearth:roles.owner"],
            );
            assert.match(problems[0]?.what ?? "", /must be a list/);
            assert.deepEqual(settings, {});
            assert.deepEqual(
                parse(["alice"]).problems.map(({ where }) => where),
                ["hearth:roles"],
            );
        }
        assert.deepEqual(
            parseEntries({ roles: "alice" }).problems.map(({ where }) => where),
            ["hearth:roles"],
        );
    });

    it("keeps a key set a text, though it is JSON itself", () => {
        const jwks = '{"keys":[]}';
        const parsed = parseEntries({ oidc: JSON.stringify({ issuer: "https://issuer.example", jwks }) });
        assert.deepEqual(parsed.problems, []);
        assert.equal(withDefaults(parsed.settings).oidc.jwks, jwks);
        assert.deepEqual(
            checkTypes({ oidc: { jwks: { keys: [] } } }).problems.map(({ where, what }) => `${where} ${what}`),
            ["hearth:oidc.jwks must be text, not a map"],
        );
    });

    it("takes an empty text for none, where a setting has no default", () => {
        assert.deepEqual(parseEntries({ context: "", chartMirror: "" }), { settings: {}, problems: [] });
        assert.deepEqual(checkTypes({ secretsFile: "" }), { settings: {}, problems: [] });
        assert.equal(checkTypes({ cni: "" }).problems.length, 1);
    });

    it("never throws, whatever the text", () => {
        fc.assert(
            fc.property(
                fc.dictionary(
                    fc.oneof(fc.constantFrom(...SETTING_NAMES), fc.string()),
                    fc.oneof(fc.string(), fc.json()),
                ),
                (entries) => {
                    const { settings } = parseEntries(entries);
                    withDefaults(settings);
                },
            ),
        );
    });

    it("gives no suggestion for a word that is nothing like the known ones", () => {
        assert.doesNotMatch(suggestion("zzzzzzzzzz", ["alpha", "beta"]), /did you mean/);
    });
});

describe("defaults of settings", () => {
    it("pass the type check that users' values pass", () => {
        const scalars = SETTING_NAMES.map((name): [string, unknown] => [name, settingSpec(name).default]).filter(
            ([, value]) => value !== undefined,
        );
        assert.deepEqual(checkTypes(Object.fromEntries(scalars)).problems, []);
        for (const name of SETTING_NAMES) {
            const defaults = Object.fromEntries(
                Object.entries(settingSpec(name).fields ?? {}).map(([key, field]) => [key, field.default]),
            );
            if (settingSpec(name).fields !== undefined) assert.deepEqual(checkTypes({ [name]: defaults }).problems, []);
        }
    });

    it("are filled in field by field", () => {
        const { kind } = withDefaults({ kind: { eventTtl: "30m" } });
        assert.equal(kind.eventTtl, "30m");
        assert.equal(kind.unsafeNoFsync, true);
    });
});
