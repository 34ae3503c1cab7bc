// xterm.js writes its rules into <style> elements and style attributes, which the page's content security policy refuses.
// The same rules through the CSS object model are a script's own doing, and allowed. Imported before xterm.js.
const createElement = document.createElement.bind(document);
const { setAttribute } = Element.prototype;

/** Stands where a <style> would: what is written into it goes into a sheet of the document. */
function styleInDisguise() {
  const element = createElement("template");
  const sheet = new CSSStyleSheet();
  document.adoptedStyleSheets.push(sheet);
  Object.defineProperty(element, "textContent", {
    set(rules) {
      sheet.replaceSync(rules);
    },
  });
  return element;
}

document.createElement = (name, options) => (name === "style" ? styleInDisguise() : createElement(name, options));

HTMLSpanElement.prototype.setAttribute = function set(name, value) {
  if (name === "style") this.style.cssText = value;
  else setAttribute.call(this, name, value);
};
