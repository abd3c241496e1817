#include "recovery/splice/parameters.hpp"

namespace recovery::splice {

Inspection inspect(const ProgramStream& stream, Bytes payload, bool random_access) {
  if (stream.kind == Kind::video) return inspect_video(stream.codec, payload, random_access);
  if (stream.kind == Kind::audio) return inspect_audio(stream.codec, payload, stream.descriptors);
  return {UnknownParameters{}, true, payload.size(), 0, 0};
}

}  // namespace recovery::splice
