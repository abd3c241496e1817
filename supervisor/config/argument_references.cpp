#include "supervisor/config/argument_references.hpp"

#include <cstddef>

#include "monitor/text/ascii.hpp"
#include "supervisor/config/secret_reference.hpp"
#include "supervisor/config/settings.hpp"
#include "supervisor/words/reference_text.hpp"

namespace supervisor {

namespace {

using To = SecretReference::To;

// The reference whose mark stands at the beginning; `size`: how much of the text it is.
std::string put_in(std::string_view text, std::size_t mark, std::size_t& size,
                   FileReading& reading) {
  const To to = text[1] == 'e' ? To::variable : To::file;
  const std::string begin(text.substr(0, mark));
  const std::size_t end = text.find('}');
  if (end == std::string_view::npos) {
    throw Unexpected::whole("found " + begin + " without a } behind it, expected " + begin +
                            (to == To::variable ? " NAME}" : " PATH}") + " ({" + begin +
                            " is that text itself)");
  }
  size = end + 1;
  const std::string name(monitor::trimmed(text.substr(mark, end - mark), " \t"));
  const SecretReference reference = secret_reference(to, name);
  std::string secret = resolved(reference, reading.environment());
  reading.remember_secret(secret, reference.prefix());
  return secret;
}

}  // namespace

std::string with_references(std::string_view argument, FileReading& reading) {
  if (!reading.environment()) return std::string(argument);
  std::string text;
  for (std::size_t i = 0; i < argument.size();) {
    const std::string_view here = argument.substr(i);
    if (here.front() == '{' && reference_mark_at(here, 1) > 0) {
      text += here.substr(1, reference_mark_at(here, 1));
      i += 1 + reference_mark_at(here, 1);
      continue;
    }
    std::size_t size = 1;
    const std::size_t mark = reference_mark_at(here, 0);
    if (mark > 0 && text.ends_with('$')) {
      const std::string begin(here.substr(0, mark));
      throw Unexpected::whole("found $" + begin + " …}, expected " + begin + " …} without the $");
    }
    text += mark > 0 ? put_in(here, mark, size, reading) : std::string(here.substr(0, 1));
    i += size;
  }
  return text;
}

}  // namespace supervisor
