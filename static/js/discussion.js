// What the pages of a discussion do beside what forms and links do by themselves; each in a file of its own.
import "./discussion-choose.js";
import "./discussion-form.js";
import "./discussion-jump.js";
import "./discussion-mentions.js";
