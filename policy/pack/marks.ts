import deserialize = require("@pulumi/policy/deserialize");
import { Secret } from "@pulumi/policy/policy";
import { valueOf } from "../model/wire";
import { SECRET, type Fields, type Value, isFields } from "../model/value";

/** Properties by which the SDK's proxies show that they are some, and what is behind them (proxy.js of @pulumi/policy). */
const IS_PROXY = "__isSpecialProxy";
const BEHIND_PROXY = "__getSpecialProxyTarget";

/**
 * Lets the pack see what is marked as a secret. The engine tells it; the SDK takes the marks off before it shows
 * resources to policies that validate, and has them left on for policies that remediate. So it is asked for the latter
 * form in both cases. The SDK's version is pinned exactly.
 * @throws Error when the SDK does not do that any more
 */
export function seeSecrets(): void {
    const original: unknown = Reflect.get(deserialize, "deserializeProperties");
    if (typeof original !== "function") throw moved();
    Reflect.set(deserialize, "deserializeProperties", (properties: unknown) => original(properties, true));
    const marked = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "x" };
    if (bodyOf(deserialized({ marked }))["marked"] !== SECRET) throw moved();
}

function deserialized(properties: object): unknown {
    const { Struct } = require("google-protobuf/google/protobuf/struct_pb");
    const current: unknown = Reflect.get(deserialize, "deserializeProperties");
    return typeof current === "function" ? current(Struct.fromJavaScript(properties)) : undefined;
}

function moved(): Error {
    return new Error("this version of @pulumi/policy does not show what is marked as a secret; policy/pack/marks.ts");
}

/** A resource's properties as rules see them. */
export function bodyOf(props: unknown): Fields {
    const value: Value = valueOf(behindProxies(props), (one) => one instanceof Secret);
    return isFields(value) ? value : {};
}

/** What the SDK has put its proxies around: one would refuse to show unknown values, one would take marks off. */
function behindProxies(value: unknown): unknown {
    if (value === null || typeof value !== "object" || Reflect.get(value, IS_PROXY) !== true) return value;
    return behindProxies(Reflect.get(value, BEHIND_PROXY));
}
