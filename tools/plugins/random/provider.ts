import { toolSpec } from "../../registry";
import type { Provider } from "../provider-lib/provider";
import { randomBytes, randomId } from "./bytes";
import { randomInteger, randomUuid } from "./numbers";
import { randomResource } from "./resource";
import { randomPassword, randomString } from "./strings";

/**
 * Stands in for pulumi-random where that cannot be downloaded: the same answers for the resources that it has. It
 * differs in that the id of RandomBytes does not give the bytes away, that RandomInteger is drawn from the system's
 * source of randomness instead of a clock's seed, and that a UUID is always of version 4.
 */
export const randomProvider: Provider = {
    name: "random",
    version: toolSpec("random-provider").version,
    description: "Draws passwords, keys and names, and keeps them in the stack's state.",
    resources: {
        "random:index/randomBytes:RandomBytes": randomResource(randomBytes),
        "random:index/randomId:RandomId": randomResource(randomId),
        "random:index/randomInteger:RandomInteger": randomResource(randomInteger),
        "random:index/randomPassword:RandomPassword": randomResource(randomPassword),
        "random:index/randomString:RandomString": randomResource(randomString),
        "random:index/randomUuid:RandomUuid": randomResource(randomUuid),
    },
    functions: {},
};
