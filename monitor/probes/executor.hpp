#pragma once

// Asio has no header of forward declarations, and its own header of this type costs half a second
// of compilation. A file that calls with one or keeps one includes
// <boost/asio/any_io_executor.hpp>.
namespace boost::asio {
class any_io_executor;
}
