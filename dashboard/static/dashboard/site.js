// Everything here is a comfort: each page and form works without it.
import { watchClocks } from "./clocks.js";
import { watchClips } from "./clips.js";
import { watchCopies } from "./copies.js";
import { watchDialogs } from "./dialogs.js";
import { watchForms } from "./forms.js";
import { watchLive } from "./live.js";
import { watchMenus } from "./menus.js";
import { watchNotices } from "./notify.js";
import { watchPasskeys } from "./passkeys.js";
import { watchPlayers } from "./player.js";
import { watchToasts } from "./toasts.js";

document.documentElement.dataset.scripts = "on";
watchMenus();
watchDialogs();
watchForms();
watchClips();
watchPlayers();
watchPasskeys();
watchCopies();
watchToasts();
watchClocks();
watchNotices();
watchLive();
