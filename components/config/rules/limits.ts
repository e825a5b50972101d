import { MAX_PORT_OFFSET } from "../ports";
import type { Rule } from "./rule";

const QUANTITY = /^[1-9][0-9]*(Ki|Mi|Gi|Ti)$/;
/** Names that need no quoting in PostgreSQL; 63 bytes is its limit for identifiers. */
const DATABASE = /^[a-z_][a-z0-9_]{0,62}$/;
const RESERVED_DATABASES = ["postgres", "template0", "template1", "hearth_exporter"];

export const portsFit: Rule = ({ portOffset }) =>
    portOffset < 0 || portOffset > MAX_PORT_OFFSET
        ? [
              {
                  where: "hearth:portOffset",
                  what: `${portOffset} is not between 0 and ${MAX_PORT_OFFSET}`,
                  fix: "choose a smaller one, for example 100",
              },
          ]
        : [];

export const sizesFit: Rule = ({ sizes }) =>
    Object.entries(sizes)
        .filter(([, size]) => !QUANTITY.test(size))
        .map(([volume, size]) => ({
            where: `hearth:sizes.${volume}`,
            what: `"${size}" is not a size`,
            fix: "write a whole number with Ki, Mi, Gi or Ti, for example 5Gi",
        }));

export const retentionFits: Rule = ({ retention }) =>
    Object.entries(retention)
        .filter(([, hours]) => hours < 1 || hours > 24 * 365)
        .map(([signal, hours]) => ({
            where: `hearth:retention.${signal}`,
            what: `${hours} hours is not between 1 and ${24 * 365}`,
            fix: "choose for example 48",
        }));

export const databasesFit: Rule = ({ databases }) =>
    databases
        .filter(
            (name, index) =>
                !DATABASE.test(name) || RESERVED_DATABASES.includes(name) || databases.indexOf(name) !== index,
        )
        .map((name) => ({
            where: "hearth:databases",
            what: `"${name}" is reserved, listed twice, or not a name`,
            fix: "use lower-case letters, digits and _, at most 63, each name once",
        }));
