import * as deserialize from "@pulumi/policy/deserialize";
import { Secret } from "@pulumi/policy/policy";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { SECRET_SIGNATURE, SIGNATURE, valueOf } from "../model/wire";
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
    const withMarks = (properties: unknown): unknown => original(properties, true);
    const marked = { [SIGNATURE]: SECRET_SIGNATURE, value: "x" };
    if (bodyOf(withMarks(Struct.fromJavaScript({ marked })))["marked"] !== SECRET) throw moved();
    if (!Reflect.set(deserialize, "deserializeProperties", withMarks)) throw moved();
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
