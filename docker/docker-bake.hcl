# Both images for amd64 and arm64, from the project's root. The program is cross-compiled: emulation is needed only
# for the installation of FFmpeg into the image of the other architecture.
#
#   docker buildx bake -f docker/docker-bake.hcl              into the builder's cache
#   docker buildx bake -f docker/docker-bake.hcl --push       to a registry: IMAGE=registry.example.org/ffsupervisor
#   docker buildx bake -f docker/docker-bake.hcl files        programs, licences and SBOMs, into build/static/
variable "IMAGE" {
  default = "ffsupervisor"
}

variable "VERSION" {
  default = "latest"
}

group "default" {
  targets = ["program", "full"]
}

target "common" {
  context    = "."
  dockerfile = "docker/Dockerfile"
  platforms  = ["linux/amd64", "linux/arm64"]
}

# Nothing but the program, to copy from.
target "program" {
  inherits = ["common"]
  target   = "program"
  tags     = VERSION == "latest" ? ["${IMAGE}:program"] : ["${IMAGE}:program", "${IMAGE}:${VERSION}-program"]
}

# With Debian's FFmpeg.
target "full" {
  inherits = ["common"]
  tags     = VERSION == "latest" ? ["${IMAGE}:latest"] : ["${IMAGE}:latest", "${IMAGE}:${VERSION}"]
}

target "files" {
  inherits = ["common"]
  target   = "static-files"
  output   = ["type=local,dest=build/static"]
}
