import type { Rule } from "./rule";
import { hasCredentials } from "./urls";

const WHERE = "hearth:runbooks";

/** A page's name is put behind the address, and Prometheus takes {{ for the beginning of a template. */
const FOLDER = /^https?:\/\/[^\s{}#]+$/;

/** No message has anything of the address, since what is not understood may have a password in it. */
export const runbooksFit: Rule = ({ runbooks }) => {
    if (runbooks === undefined) return [];
    if (hasCredentials(runbooks)) {
        return [
            {
                where: WHERE,
                what: "has credentials or a query in it, which would stand in every alert",
                fix: "give the folder's address alone, without name, password and ?",
            },
        ];
    }
    if (FOLDER.test(runbooks) && URL.canParse(runbooks)) return [];
    return [
        {
            where: WHERE,
            what: "is not the http(s) address of a folder",
            fix: "write https://host/path, of the folder in which the pages are, or remove the setting",
        },
    ];
};
