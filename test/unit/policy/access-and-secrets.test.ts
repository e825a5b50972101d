import assert from "node:assert/strict";
import { SECRET, UNKNOWN, type Fields, type Value } from "../../../policy/model/value";
import { defaultDeny } from "../../../policy/rules/default-deny";
import { noClusterAdmin } from "../../../policy/rules/no-cluster-admin";
import { noPlaintextSecret } from "../../../policy/rules/no-plaintext-secret";
import { noWildcardRbac } from "../../../policy/rules/no-wildcard-rbac";
import { podSecurityLabels } from "../../../policy/rules/pod-security-labels";
import { quietCommands } from "../../../policy/rules/quiet-commands";
import { strictMtls } from "../../../policy/rules/strict-mtls";
import type { Subject } from "../../../policy/model/subject";
import { CANARY, COMMAND, deployment, found, object, RELEASE, resource } from "../../helpers/policy-cases";

describe("no-plaintext-secret", () => {
    const secret = (body: Fields): readonly string[] =>
        found(noPlaintextSecret, object("Secret", body, { name: "s", namespace: "apps" }));

    it("wants the data of Secrets marked, as a whole or value by value", () => {
        assert.deepEqual(secret({ stringData: SECRET }), []);
        assert.deepEqual(secret({ data: { a: SECRET, b: "" } }), []);
        assert.deepEqual(secret({ stringData: { password: CANARY }, data: { key: CANARY } }), [
            "violation data.key",
            "violation stringData.password",
        ]);
        assert.deepEqual(secret({ stringData: UNKNOWN, data: { a: UNKNOWN } }), [
            "unknown data.a",
            "unknown stringData",
        ]);
    });

    it("finds secrets under their usual names in the inputs of everything else", () => {
        const values = (of: Fields): readonly string[] => found(noPlaintextSecret, resource(RELEASE, { values: of }));
        assert.deepEqual(values({ adminPassword: CANARY, deep: [{ apiKey: CANARY, s3_secret_key: CANARY }] }), [
            "violation values.adminPassword",
            "violation values.deep[0].apiKey",
            "violation values.deep[0].s3_secret_key",
        ]);
        assert.deepEqual(found(noPlaintextSecret, deployment({ env: [{ name: "DB_PASSWORD", value: CANARY }] })), [
            "violation spec.template.spec.containers[0].env[0].value",
        ]);
        const harmless: Fields = {
            adminPassword: SECRET,
            token: "$TOKEN",
            password: "${PASSWORD}",
            existingSecret: CANARY,
            secretName: CANARY,
            kafkaApiKey: "false",
            automountServiceAccountToken: false,
            passwordFile: "/run/password",
            token_: CANARY,
        };
        assert.deepEqual(values(harmless), []);
    });

    it("finds what is a secret wherever it stands", () => {
        const config = (text: Value): readonly string[] =>
            found(
                noPlaintextSecret,
                object("ConfigMap", { data: { "a.yaml": text } }, { name: "c", namespace: "apps" }),
            );
        for (const text of [
            `-----BEGIN RSA PRIVATE KEY-----\n${CANARY}`,
            `x AGE-SECRET-KEY-1${"Q".repeat(58)}`,
            `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.${"s".repeat(20)}`,
            `url: https://user:${CANARY}@example.com/x`,
        ]) {
            assert.deepEqual(config(text), ['violation data["a.yaml"]'], text);
        }
        const fine = [
            "https://example.com:8080/@x",
            "-----BEGIN CERTIFICATE-----",
            "https://$USER:$PASSWORD@example.com",
        ];
        for (const text of fine) assert.deepEqual(config(text), [], text);
    });
});

describe("quiet-commands", () => {
    const outputs = ["stdout", "stderr"];
    const command = (body: Fields, secretOutputs: readonly string[]): readonly string[] =>
        found(quietCommands, resource(COMMAND, { create: "true", ...body }, { secretOutputs }));

    it("wants no log of a secret output, and both outputs marked", () => {
        assert.deepEqual(command({ logging: "none" }, outputs), []);
        assert.deepEqual(command({ logging: "stdoutAndStderr" }, []), []);
        assert.deepEqual(command({ logging: "stdoutAndStderr" }, outputs), ["violation logging"]);
        assert.deepEqual(command({}, outputs), ["violation logging"]);
        assert.deepEqual(command({ logging: "none" }, ["stdout"]), ["violation stderr"]);
        assert.deepEqual(command({ logging: UNKNOWN }, outputs), ["unknown logging"]);
    });

    it("knows commands by what they are called, too", () => {
        const told = command({ create: "exec ./kubeconfig.sh", logging: "stdout" }, []);
        assert.deepEqual(told, ["violation stdout", "violation stderr", "violation logging"]);
    });
});

describe("rules about roles", () => {
    const ADMIN = "violation roleRef.name";

    it("no-cluster-admin: the role, and groups of everybody", () => {
        const binding = (body: Fields): readonly string[] => found(noClusterAdmin, object("ClusterRoleBinding", body));
        assert.deepEqual(binding({ roleRef: { name: "view" }, subjects: [{ name: "web" }] }), []);
        assert.deepEqual(binding({ roleRef: { name: "cluster-admin" } }), [ADMIN]);
        for (const name of ["system:masters", "system:authenticated", "system:anonymous"]) {
            assert.deepEqual(binding({ subjects: [{ name: "a" }, { name }] }), ["violation subjects[1].name"]);
        }
        assert.deepEqual(binding({ roleRef: UNKNOWN, subjects: UNKNOWN }), [
            "unknown roleRef.name",
            "unknown subjects",
        ]);
        assert.deepEqual(found(noClusterAdmin, object("RoleBinding", { roleRef: { name: "cluster-admin" } })), [ADMIN]);
        assert.deepEqual(found(noClusterAdmin, object("ConfigMap", { roleRef: { name: "cluster-admin" } })), []);
    });

    it("no-wildcard-rbac: in each list of a rule", () => {
        const role = (rule: Fields): readonly string[] => found(noWildcardRbac, object("Role", { rules: [rule] }));
        assert.deepEqual(role({ apiGroups: [""], resources: ["pods"], verbs: ["get"] }), []);
        for (const list of ["apiGroups", "resources", "verbs", "nonResourceURLs"]) {
            assert.deepEqual(role({ [list]: ["x", "*"] }), [`violation rules[0].${list}`]);
            assert.deepEqual(role({ [list]: UNKNOWN }), [`unknown rules[0].${list}`]);
        }
        assert.deepEqual(found(noWildcardRbac, object("ClusterRole", { rules: UNKNOWN })), ["unknown rules"]);
    });
});

describe("rules about namespaces", () => {
    const namespace = (labels: Value = {}, name = "apps"): Subject => object("Namespace", {}, { name, labels });
    const level = (value: Value): Fields =>
        Object.fromEntries(["enforce", "audit", "warn"].map((mode) => [`pod-security.kubernetes.io/${mode}`, value]));

    it("pod-security-labels: restricted in all three modes", () => {
        assert.deepEqual(found(podSecurityLabels, namespace(level("restricted"))), []);
        assert.equal(found(podSecurityLabels, namespace(level("baseline"))).length, 3);
        assert.equal(found(podSecurityLabels, namespace()).length, 3);
        const places = found(podSecurityLabels, namespace(UNKNOWN));
        assert.deepEqual(new Set(places.map((text) => text.split(" ")[0])), new Set(["unknown"]));
    });

    const policy = (kind: string, spec: Value, home: Value = "apps"): Subject =>
        object(kind, { spec }, { name: "p", namespace: home });
    const CLOSED = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };
    const CLOSED_BY_CILIUM = { endpointSelector: {}, ingress: [{}], egress: [{}] };

    it("default-deny: a policy that closes both directions of all pods", () => {
        const good = [policy("NetworkPolicy", CLOSED), policy("CiliumNetworkPolicy", CLOSED_BY_CILIUM)];
        for (const one of good) assert.deepEqual(found(defaultDeny, [namespace(), one]), []);
        const bad = [
            policy("NetworkPolicy", CLOSED, "other"),
            policy("NetworkPolicy", { ...CLOSED, policyTypes: ["Ingress"] }),
            policy("NetworkPolicy", { ...CLOSED, podSelector: { matchLabels: { a: "b" } } }),
            policy("NetworkPolicy", { ...CLOSED, egress: [{}] }),
            policy("CiliumNetworkPolicy", { ...CLOSED_BY_CILIUM, egress: [] }),
            policy("CiliumNetworkPolicy", { ...CLOSED_BY_CILIUM, ingress: [{ fromEntities: ["all"] }] }),
        ];
        for (const one of [undefined, ...bad]) {
            const subjects = one === undefined ? [namespace()] : [namespace(), one];
            assert.deepEqual(found(defaultDeny, subjects), ["violation"]);
        }
        const hidden = [policy("NetworkPolicy", UNKNOWN), policy("NetworkPolicy", CLOSED, UNKNOWN)];
        for (const one of hidden) assert.deepEqual(found(defaultDeny, [namespace(), one]), ["unknown"]);
    });

    it("strict-mtls: for the whole mesh and every workload of it", () => {
        const enrolled = namespace({ "istio.io/dataplane-mode": "ambient" });
        const peers = (spec: Value, home = "istio-system"): Subject => policy("PeerAuthentication", spec, home);
        const strict = peers({ mtls: { mode: "STRICT" } });
        assert.deepEqual(found(strictMtls, [enrolled, strict]), []);
        assert.deepEqual(found(strictMtls, [namespace()]), []);
        assert.deepEqual(found(strictMtls, [enrolled]), ["violation"]);
        assert.deepEqual(found(strictMtls, [enrolled, peers({ mtls: { mode: "STRICT" } }, "apps")]), ["violation"]);
        assert.deepEqual(found(strictMtls, [strict, peers({ mtls: { mode: "PERMISSIVE" } }, "apps")]), [
            "violation spec.mtls.mode",
        ]);
        const port = { mtls: { mode: "STRICT" }, portLevelMtls: { "80": { mode: "DISABLE" } } };
        assert.deepEqual(found(strictMtls, [strict, peers(port, "apps")]), ['violation spec.portLevelMtls["80"].mode']);
        assert.deepEqual(found(strictMtls, [enrolled, peers({ mtls: { mode: UNKNOWN } })]), ["unknown spec.mtls.mode"]);
    });
});
