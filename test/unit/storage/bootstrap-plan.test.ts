import assert from "node:assert/strict";
import fc from "fast-check";
import {
    bootstrapPlan,
    type BootstrapStep,
    type CurrentKey,
    type CurrentStorage,
    type DesiredStorage,
    type Permissions,
} from "../../../components/storage/bootstrap-plan";

const NONE: Permissions = { read: false, write: false, owner: false };
const READ_WRITE: Permissions = { read: true, write: true, owner: false };

const DESIRED: DesiredStorage = {
    keys: [
        { consumer: "loki", id: "GK-loki", secret: "loki-secret", buckets: ["loki-chunks", "loki-ruler"] },
        { consumer: "tempo", id: "GK-tempo", secret: "tempo-secret", buckets: ["tempo-traces"] },
    ],
    buckets: [
        { alias: "loki-chunks", maxSize: 500 },
        { alias: "loki-ruler", maxSize: 50 },
        { alias: "tempo-traces", maxSize: 350 },
    ],
};
const EMPTY: CurrentStorage = { keys: [], buckets: [] };

/** Garage as the plan's steps mean it. */
function apply(state: CurrentStorage, step: BootstrapStep): CurrentStorage {
    const idOf = (bucket: string): string =>
        state.buckets.find(({ id, aliases }) => id === bucket || aliases.includes(bucket))?.id ?? assert.fail(bucket);
    const withKey = (id: string, change: (key: CurrentKey) => CurrentKey): CurrentStorage => {
        assert.ok(state.keys.some((key) => key.id === id));
        return { ...state, keys: state.keys.map((key) => (key.id === id ? change(key) : key)) };
    };
    switch (step.kind) {
        case "importKey": {
            assert.ok(!state.keys.some(({ id }) => id === step.id), "Garage refuses to import a key twice");
            const { id, secret, name } = step;
            return { ...state, keys: [...state.keys, { id, secret, name, createBucket: false, grants: [] }] };
        }
        case "forbidBuckets":
            return withKey(step.id, (key) => ({ ...key, createBucket: false }));
        case "createBucket":
            assert.ok(
                !state.buckets.some(({ aliases }) => aliases.includes(step.alias)),
                "Garage refuses a taken alias",
            );
            return { ...state, buckets: [...state.buckets, { id: `id-${step.alias}`, aliases: [step.alias] }] };
        case "setQuota": {
            const id = idOf(step.bucket);
            const quota = { maxSize: step.maxSize, maxObjects: undefined };
            return {
                ...state,
                buckets: state.buckets.map((bucket) => (bucket.id === id ? { ...bucket, ...quota } : bucket)),
            };
        }
        case "allow":
        case "deny": {
            const bucketId = idOf(step.bucket);
            const on = step.kind === "allow";
            return withKey(step.id, (key) => {
                const before = key.grants.find((grant) => grant.bucketId === bucketId)?.permissions ?? NONE;
                const merge = (field: keyof Permissions): boolean => (step.permissions[field] ? on : before[field]);
                const permissions = { read: merge("read"), write: merge("write"), owner: merge("owner") };
                const others = key.grants.filter((grant) => grant.bucketId !== bucketId);
                return { ...key, grants: [...others, { bucketId, permissions }] };
            });
        }
    }
}

function run(state: CurrentStorage, desired: DesiredStorage): CurrentStorage {
    return bootstrapPlan(state, desired).steps.reduce(apply, state);
}

/** What a key may do, by the alias or id of the bucket; rights that are none are left out. */
function rights(state: CurrentStorage, keyId: string): Readonly<Record<string, Permissions>> {
    const key = state.keys.find(({ id }) => id === keyId);
    return Object.fromEntries(
        (key?.grants ?? [])
            .filter(({ permissions }) => permissions.read || permissions.write || permissions.owner)
            .map(({ bucketId, permissions }) => [
                state.buckets.find(({ id }) => id === bucketId)?.aliases[0] ?? bucketId,
                permissions,
            ]),
    );
}

const permissions = fc.record(
    { read: fc.boolean(), write: fc.boolean(), owner: fc.boolean() },
    { noNullPrototype: true },
);
const buckets = fc
    .uniqueArray(fc.constantFrom("loki-chunks", "loki-ruler", "tempo-traces", "somebody"), { maxLength: 4 })
    .chain((aliases) =>
        fc.tuple(
            ...aliases.map((alias) =>
                fc.record({
                    id: fc.constant(`id-${alias}`),
                    aliases: fc.constantFrom([alias], [alias, `${alias}-too`]),
                    maxSize: fc.option(fc.constantFrom(50, 350, 500), { nil: undefined }),
                    maxObjects: fc.option(fc.constantFrom(7), { nil: undefined }),
                }),
            ),
        ),
    );
/** Any state that Garage can be in, with right secrets for the keys that are desired. */
const current: fc.Arbitrary<CurrentStorage> = buckets.chain((made) =>
    fc
        .uniqueArray(fc.constantFrom("GK-loki", "GK-tempo", "GK-old"), { maxLength: 3 })
        .chain((ids) =>
            fc.tuple(
                ...ids.map((id) =>
                    fc.record({
                        id: fc.constant(id),
                        name: fc.constant(`hearth-${id}`),
                        secret: fc.constant(DESIRED.keys.find((key) => key.id === id)?.secret),
                        createBucket: fc.boolean(),
                        grants: fc.tuple(
                            ...made.map((bucket) => fc.record({ bucketId: fc.constant(bucket.id), permissions })),
                        ),
                    }),
                ),
            ),
        )
        .map((keys) => ({ keys, buckets: made })),
);
const desired: fc.Arbitrary<DesiredStorage> = fc
    .subarray(DESIRED.keys.map(({ consumer }) => consumer))
    .map((consumers) => ({
        keys: DESIRED.keys.filter(({ consumer }) => consumers.includes(consumer)),
        buckets: DESIRED.buckets.filter(({ alias }) => consumers.some((consumer) => alias.startsWith(consumer))),
    }));

describe("bootstrapPlan", () => {
    it("makes keys, buckets, rights and quotas from nothing", () => {
        assert.deepEqual(
            bootstrapPlan(EMPTY, DESIRED).steps.map(({ kind }) => kind),
            [
                ...["importKey", "importKey", "createBucket", "createBucket", "createBucket"],
                ...["allow", "allow", "allow", "setQuota", "setQuota", "setQuota"],
            ],
        );
    });

    it("has nothing left to do once it was applied, whatever the state was", () => {
        fc.assert(
            fc.property(current, desired, (state, wanted) => {
                assert.deepEqual(bootstrapPlan(run(state, wanted), wanted), { steps: [], problems: [] });
            }),
        );
    });

    it("can be applied from wherever an earlier run was cut off", () => {
        fc.assert(
            fc.property(current, desired, fc.nat(), (state, wanted, cut) => {
                const { steps } = bootstrapPlan(state, wanted);
                const half = steps.slice(0, cut % (steps.length + 1)).reduce(apply, state);
                assert.deepEqual(bootstrapPlan(run(half, wanted), wanted).steps, []);
            }),
        );
    });

    it("leaves each key with read and write on its own buckets and nothing else", () => {
        fc.assert(
            fc.property(current, desired, (state, wanted) => {
                const after = run(state, wanted);
                for (const key of after.keys) {
                    const own = wanted.keys.find(({ id }) => id === key.id)?.buckets ?? [];
                    assert.deepEqual(rights(after, key.id), Object.fromEntries(own.map((name) => [name, READ_WRITE])));
                    assert.equal(key.createBucket, false);
                }
            }),
        );
    });

    it("keeps every bucket and every key", () => {
        fc.assert(
            fc.property(current, desired, (state, wanted) => {
                const after = run(state, wanted);
                for (const { id } of state.buckets) assert.ok(after.buckets.some((bucket) => bucket.id === id));
                for (const { id } of state.keys) assert.ok(after.keys.some((key) => key.id === id));
            }),
        );
    });

    it("takes the rights of a rotated key away after the new one has them", () => {
        const before = run(EMPTY, DESIRED);
        const [loki, tempo] = DESIRED.keys;
        assert.ok(loki !== undefined && tempo !== undefined);
        const rotated = { ...DESIRED, keys: [{ ...loki, id: "GK-new", secret: "new-secret" }, tempo] };
        const { steps } = bootstrapPlan(before, rotated);
        assert.deepEqual(
            steps.map((step) => `${step.kind} ${"id" in step ? step.id : ""}`),
            ["importKey GK-new", "allow GK-new", "allow GK-new", "deny GK-loki", "deny GK-loki"],
        );
        assert.deepEqual(rights(steps.reduce(apply, before), "GK-loki"), {});
    });

    it("changes nothing and says why when a key's secret is another one, without telling either", () => {
        const before = run(EMPTY, DESIRED);
        const [loki, tempo] = DESIRED.keys;
        assert.ok(loki !== undefined && tempo !== undefined);
        const { steps, problems } = bootstrapPlan(before, { ...DESIRED, keys: [{ ...loki, secret: "other" }, tempo] });
        assert.deepEqual(steps, []);
        assert.equal(problems.length, 1);
        assert.match(problems[0]?.where ?? "", /GK-loki \(loki\)/);
        assert.doesNotMatch(JSON.stringify(problems), /loki-secret|other"/);
    });
});
